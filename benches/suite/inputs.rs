//! The generated inputs as files, so that another program can be run on the same.

use crate::{easy, flows, placing};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Writes those of the cases whose file names hold `filter`; the largest only where they are not to be quick.
///
/// - `easy-JOBS.swf`: the Standard Workload Format.
/// - `flows-CASE.csv`: `chain,start_s,from,to,bytes`. The flows of a chain stand in their order; `start_s` is empty where a flow starts
///   when the one before it in its chain has ended. Sites are numbered from 0.
/// - `placements-CASE.csv`: `pool,cores,memory_bytes,stay_requests` by arrival: after how many more arrivals it leaves, empty where it stays.
pub(crate) fn write(directory: &Path, filter: &str, quick: bool) -> io::Result<Vec<String>> {
    std::fs::create_dir_all(directory)?;
    let mut names = Vec::new();
    let mut file = |name: String, large: bool| -> io::Result<Option<BufWriter<File>>> {
        if !name.contains(filter) || (quick && large) {
            return Ok(None);
        }
        let file = File::create(directory.join(&name))?;
        names.push(name);
        Ok(Some(BufWriter::new(file)))
    };
    for jobs in [100_000, 1_000_000] {
        let name = format!("easy-{jobs}.swf");
        if file(name.clone(), jobs > 100_000)?.is_some() {
            easy::generate(&directory.join(name), jobs)?;
        }
    }
    for case in flows::cases() {
        let name = case.name.replace(['/', ' ', ','], "-").replace("--", "-");
        if let Some(mut out) = file(format!("flows-{name}.csv"), case.flows > 100_000)? {
            write_flows(&case, &mut out)?;
        }
    }
    for case in &placing::CASES {
        if let Some(mut out) =
            file(format!("placements-{}.csv", case.name.replace(' ', "-")), case.requests > 1_000_000)?
        {
            write_placements(case, &mut out)?;
        }
    }
    Ok(names)
}

fn write_flows(case: &flows::Case, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "chain,start_s,from,to,bytes")?;
    let flows::Input { routes, flows, starts } = flows::generate(case);
    let (each, sites) = (flows.len() / starts.len(), case.shape.sites());
    for (start, chain) in starts {
        for (at, (route, bytes)) in flows[chain * each..][..each].iter().enumerate() {
            let start = if at == 0 { format!("{:.9}", start as f64 * 1e-9) } else { String::new() };
            // The lane up from the first site comes first, the lane down to the last one last.
            let lanes = &routes[*route as usize];
            let (from, to) = (lanes[0].0, lanes[lanes.len() - 1].0 - sites);
            writeln!(out, "{chain},{start},{from},{to},{bytes}")?;
        }
    }
    out.flush()
}

fn write_placements(case: &placing::Case, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "pool,cores,memory_bytes,stay_requests")?;
    let mut requests = placing::Requests::new(case);
    for _ in 0..case.requests {
        let (pool, task, stay) = requests.next();
        let stay = stay.map_or_else(String::new, |stay| stay.to_string());
        writeln!(out, "{pool},{},{},{stay}", f64::from(task.cores_milli) / 1000.0, task.memory)?;
    }
    out.flush()
}
