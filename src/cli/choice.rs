//! Which stacks of policies the command line means.

use super::failure::{Failure, Message};
use eastwest::policy::packing::PackingSpec;
use eastwest::policy::queue::QueueSpec;
use eastwest::policy::registry::{self, BrokerSpec, StackSpec};
use eastwest::scenario::{Diagnostic, Diagnostics, Scenario};
use serde::Deserialize;

/// A stack and its name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Choice {
    pub(crate) name: String,
    pub(crate) spec: StackSpec,
    /// Whether the scenario has it; else it is added to the effective scenario.
    pub(crate) known: bool,
}

impl Choice {
    /// The setting that adds the stack to the scenario; `None` where it is there.
    pub(crate) fn setting(&self) -> Option<String> {
        let value = toml::Value::try_from(&self.spec).ok()?;
        (!self.known).then(|| format!("policy.{}={value}", self.name))
    }
}

/// The stack of one run: the one asked for, else the scenario's default, else its only one.
pub(crate) fn one(word: Option<&str>, scenario: &Scenario) -> Result<Choice, Failure> {
    if let Some(word) = word {
        return choose(word, scenario, &[]);
    }
    let default = scenario.policy.as_deref().and_then(|name| scenario.stacks.get_key_value(name));
    let mut all = scenario.stacks.iter();
    match (default, all.next(), all.next()) {
        (Some((name, spec)), ..) | (None, Some((name, spec)), None) => {
            Ok(Choice { name: name.clone(), spec: spec.clone(), known: true })
        }
        (None, None, _) => {
            let message = Message::new(format!("scenario {} has no stack of policies", scenario.name));
            Err(Failure::Unusable(message.hint(format!("choose a broker with --policy: {}", brokers().join(", ")))))
        }
        (None, Some(_), Some(_)) => {
            let message = Message::new(format!("scenario {} has several stacks and no default one", scenario.name));
            let message = message.hint(format!("choose one with --policy: {}", stacks(scenario).join(", ")));
            Err(Failure::Unusable(message.hint("or name the default in the scenario: [run] policy = \"...\"")))
        }
    }
}

/// The stacks of a comparison in the order asked for (without words: all of the scenario), and which is the baseline.
pub(crate) fn several(
    words: &[String],
    baseline: Option<&str>,
    scenario: &Scenario,
) -> Result<(Vec<Choice>, usize), Failure> {
    let mut choices: Vec<Choice> = Vec::new();
    if words.is_empty() {
        let all = scenario.stacks.iter();
        choices.extend(all.map(|(name, spec)| Choice { name: name.clone(), spec: spec.clone(), known: true }));
        if choices.is_empty() {
            return one(None, scenario).map(|choice| (vec![choice], 0));
        }
    }
    for word in words {
        let choice = choose(word, scenario, &choices)?;
        if choices.iter().any(|other| other.name == choice.name) {
            return Err(Failure::Usage(Message::new(format!("--policy {} is given twice", choice.name))));
        }
        choices.push(choice);
    }
    let wanted = baseline.or(if words.is_empty() { scenario.policy.as_deref() } else { None });
    let Some(wanted) = wanted else { return Ok((choices, 0)) };
    if let Some(index) = choices.iter().position(|choice| choice.name == wanted) {
        return Ok((choices, index));
    }
    // A baseline that was not among the stacks is compared as well.
    let choice = choose(wanted, scenario, &choices)?;
    choices.insert(0, choice);
    Ok((choices, 0))
}

/// The stack of a word: a stack of the scenario, a broker, or a stack written out.
fn choose(word: &str, scenario: &Scenario, others: &[Choice]) -> Result<Choice, Failure> {
    if let Some(spec) = scenario.stacks.get(word) {
        return Ok(Choice { name: word.to_owned(), spec: spec.clone(), known: true });
    }
    if let Some(brace) = word.find('{') {
        return written_out(word, brace, scenario, others);
    }
    if let Some(broker) = BrokerSpec::from_name(word) {
        let (queue, packing) = default_rest(scenario);
        let spec = StackSpec { broker, queue, packing };
        check(word, word, &spec, scenario)?;
        return Ok(Choice { name: word.to_owned(), spec, known: false });
    }
    let names = brokers();
    let mut message = if names.iter().any(|name| name == word) {
        Message::new(format!("broker {word} has a parameter without a default: write it out with --policy")).hint(
            format!(
                "--policy '{{ broker = {{ {word} = {{ ... }} }} }}'; `eastwest policies {word}` tells its parameters"
            ),
        )
    } else {
        Message::new(format!("there is neither a stack nor a broker called `{word}`"))
    };
    if let Some(close) =
        closest(word, scenario.stacks.keys().map(String::as_str).chain(names.iter().map(String::as_str)))
    {
        message = message.hint(format!("did you mean `{close}`?"));
    }
    if !scenario.stacks.is_empty() {
        message = message.hint(format!("stacks of {}: {}", scenario.name, stacks(scenario).join(", ")));
    }
    Err(Failure::Usage(message.hint(format!("brokers: {}", names.join(", ")))))
}

/// A stack written out: `{ broker = ... }` or `name = { broker = ... }`.
fn written_out(word: &str, brace: usize, scenario: &Scenario, others: &[Choice]) -> Result<Choice, Failure> {
    let name = word[..brace].trim().trim_end_matches('=').trim();
    let name = if name.is_empty() {
        let taken = |name: &str| scenario.stacks.contains_key(name) || others.iter().any(|other| other.name == name);
        let numbered = (2..).map(|number| format!("inline-{number}"));
        std::iter::once("inline".to_owned()).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
    } else {
        name.to_owned()
    };
    if !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
        let message = Message::new(format!("`{name}` cannot be the name of a stack: use letters, digits, - and _"));
        return Err(Failure::Usage(message));
    }
    if scenario.stacks.contains_key(&name) {
        let message = Message::new(format!("scenario {} has a stack called `{name}` already", scenario.name));
        return Err(Failure::Usage(message.hint("give the stack of the command line another name")));
    }
    let parsed = toml::de::ValueDeserializer::parse(&word[brace..]).and_then(StackSpec::deserialize);
    let spec = parsed.map_err(|error| {
        let span = error.span().unwrap_or(0..word.len() - brace);
        located(word, span.start + brace..span.end + brace, error.message())
    })?;
    check(word, &name, &spec, scenario)?;
    Ok(Choice { name, spec, known: false })
}

/// Whether the platform has what a stack names.
fn check(word: &str, name: &str, spec: &StackSpec, scenario: &Scenario) -> Result<(), Failure> {
    let problems = spec.problems(&scenario.platform);
    if problems.is_empty() {
        return Ok(());
    }
    Err(located(word, 0..word.len(), &format!("stack {name} cannot be used here: {}", problems.join("; "))))
}

/// A problem at its place in the word after `--policy`.
fn located(word: &str, span: std::ops::Range<usize>, problem: &str) -> Failure {
    let mut diagnostics = Diagnostics::default();
    let base = diagnostics.sources.add("--policy", word);
    diagnostics.push(Diagnostic::error(span.start + base..span.end + base, problem));
    Failure::Words(Box::new(diagnostics))
}

/// Queue and packing of a broker that is named alone: those of the scenario's default stack, else of its only one, else fcfs
/// and first-fit.
fn default_rest(scenario: &Scenario) -> (QueueSpec, PackingSpec) {
    let default = scenario.policy.as_deref().and_then(|name| scenario.stacks.get(name));
    let only = scenario.stacks.values().next().filter(|_| scenario.stacks.len() == 1);
    default.or(only).map_or_else(Default::default, |spec| (spec.queue.clone(), spec.packing.clone()))
}

fn stacks(scenario: &Scenario) -> Vec<String> {
    scenario.stacks.keys().cloned().collect()
}

fn brokers() -> Vec<String> {
    let brokers = registry::catalog().into_iter().filter(|entry| entry.kind == "broker");
    brokers.map(|entry| entry.name.to_string()).collect()
}

/// The name that a misspelled one is closest to, if any is close.
pub(crate) fn closest<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let near = names.map(|name| (strsim::damerau_levenshtein(word, name), name));
    near.filter(|(distance, name)| *distance <= (name.len() / 3).max(1)).min().map(|(_, name)| name)
}
