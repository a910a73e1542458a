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
    let known = scenario.stacks.keys().chain(&names).map(String::as_str).filter(|name| *name != word);
    if let Some(close) = closest(word, known) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use eastwest::scenario::{Input, load};

    fn scenario(sets: &[&str]) -> Scenario {
        let sets: Vec<String> = sets.iter().map(|set| (*set).to_owned()).collect();
        let input = Input::Embedded("two-centers".to_owned());
        load(&input, &sets).unwrap_or_else(|problems| panic!("{}", problems.render(false)))
    }

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    fn names(choices: &[Choice]) -> Vec<&str> {
        choices.iter().map(|choice| choice.name.as_str()).collect()
    }

    #[test]
    fn without_a_word_there_must_be_one_stack_or_a_default() {
        let neither = Scenario { policy: None, ..scenario(&[]) };
        let failure = one(None, &neither).expect_err("two stacks");
        assert_eq!(failure.code(), 3);
        assert!(failure.message().expect("message").hints[0].contains("stay, west"));
        assert_eq!(one(None, &scenario(&["run.policy=west"])).expect("the default").name, "west");
    }

    #[test]
    fn a_stack_wins_and_a_broker_takes_the_default_rest() {
        let scenario = scenario(&["run.policy=west", "policy.west.queue={ sjf = {} }"]);
        assert!(one(Some("stay"), &scenario).expect("a stack").known);
        let nearest = one(Some("nearest"), &scenario).expect("a broker");
        assert_eq!((nearest.spec.broker.name(), &nearest.spec.queue), ("nearest", &scenario.stacks["west"].queue));
        assert!(!nearest.known);
    }

    #[test]
    fn a_stack_written_out_becomes_part_of_the_scenario() {
        let plain = scenario(&[]);
        for (word, name) in [
            ("{ broker = { nearest = {} }, queue = { easy = {} } }", "inline"),
            ("mine = { broker = { fixed = { center = \"beijing\" } }, packing = { best-fit = {} } }", "mine"),
        ] {
            let choice = one(Some(word), &plain).expect(word);
            assert_eq!(choice.name, name);
            let extended = scenario(&[&choice.setting().expect("new"), &format!("run.policy={name}")]);
            assert_eq!(extended.stacks[name], choice.spec);
            assert_eq!(extended.policy.as_deref(), Some(name));
        }
    }

    #[test]
    fn wrong_words_say_what_would_be_right() {
        let scenario = scenario(&[]);
        let failure = one(Some("neerest"), &scenario).expect_err("misspelled");
        assert_eq!(failure.code(), 2);
        assert!(failure.message().expect("message").hints[0].contains("`nearest`"));
        assert!(one(Some("fixed"), &scenario).expect_err("no center").to_string().contains("without a default"));
        for (word, place) in [
            ("{ broker = { nearst = {} } }", "--policy:1:14"),
            ("x = { broker = { nearest = {} }, que = {} }", "--policy:1:34"),
            ("{ broker = { fixed = { center = \"nowhere\" } } }", "--policy:1:1"),
            ("{ broker = ", "--policy:1:"),
        ] {
            let failure = one(Some(word), &scenario).expect_err(word);
            let Failure::Words(problems) = &failure else { panic!("{word}: {failure}") };
            assert!(problems.render(false).contains(place), "{word}: {}", problems.render(false));
        }
        assert_eq!(one(Some("stay = { broker = { nearest = {} } }"), &scenario).expect_err("taken").code(), 2);
        assert_eq!(one(Some("a b = { broker = { nearest = {} } }"), &scenario).expect_err("a space").code(), 2);
    }

    #[test]
    fn comparisons_have_a_baseline() {
        let plain = scenario(&[]);
        let (all, baseline) = several(&[], None, &plain).expect("all");
        assert_eq!((names(&all), baseline), (vec!["stay", "west"], 0));
        assert_eq!(several(&[], None, &scenario(&["run.policy=west"])).expect("all").1, 1);
        assert_eq!(several(&[], Some("west"), &plain).expect("all").1, 1);
        let some = words(&["random", "{ broker = { nearest = {} } }", "{ broker = { cheapest = {} } }"]);
        let (some, baseline) = several(&some, Some("west"), &plain).expect("four");
        assert_eq!((names(&some), baseline), (vec!["west", "random", "inline", "inline-2"], 0));
        assert_eq!(several(&words(&["west", "west"]), None, &plain).expect_err("twice").code(), 2);
        assert_eq!(several(&[], Some("wset"), &plain).expect_err("misspelled").code(), 2);
    }
}
