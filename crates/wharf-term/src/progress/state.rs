//! What is known of a run: the events so far, folded by address.

use crate::progress::summary::{Work, summary};
use crate::progress::words;
use crate::{address, text};
use std::collections::BTreeMap;
use std::time::Duration;
use wharf_diag::DiagnosticReport;
use wharf_plan::{Address, Event, NodeId, NodeOutcome, Plan, Summary};

/// A run as its events have told it so far.
#[derive(Debug, Clone)]
pub struct State {
    pub(super) verb: String,
    pub(super) project: String,
    pub(super) actions: usize,
    pub(super) actions_ended: usize,
    /// Widest name of the plan, so that columns do not move while it runs.
    pub(super) name_width: usize,
    /// What has begun and not ended, in the order in which it began.
    pub(super) tasks: Vec<Task>,
    expected: BTreeMap<Address, usize>,
    ended: Vec<Item>,
    work: Work,
    end: Option<(u64, Summary)>,
}

/// Something that is over and is shown once.
#[derive(Debug, Clone)]
pub(super) enum Item {
    /// All actions of an address.
    Task(Box<Task>),
    /// A warning.
    Warning(Box<DiagnosticReport>),
}

/// All actions of one address, as one thing to people.
#[derive(Debug, Clone)]
pub(super) struct Task {
    pub(super) address: Address,
    /// Word of what is, or was last, being done.
    pub(super) word: &'static str,
    /// What the word needs to be understood.
    pub(super) detail: String,
    /// Last line of progress of what is being done.
    pub(super) message: String,
    /// When the first action began, in milliseconds.
    pub(super) began: u64,
    /// When the current action began.
    pub(super) phase_began: u64,
    /// When the last action ended.
    pub(super) ended: u64,
    running: Vec<NodeId>,
    /// Actions that are still to end; `None` when the plan did not name the address.
    left: Option<usize>,
    done: Vec<(&'static str, Option<String>)>,
    failed: Option<String>,
    is_skipped: bool,
}

/// How a task has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Well.
    Done,
    /// Something was not tried.
    Skipped,
    /// Something failed.
    Failed,
}

impl State {
    /// Starts with nothing done. `verb` is the command as the user knows it.
    pub fn new(verb: &str, plan: &Plan) -> Self {
        let mut expected = BTreeMap::new();
        for node in plan.nodes() {
            *expected.entry(node.address.clone()).or_insert(0) += 1;
        }
        let names = expected.keys().map(|it| text::width(&address::full(it)));
        Self {
            verb: verb.to_owned(),
            project: text::clean_line(&plan.project).into_owned(),
            actions: plan.nodes().len(),
            actions_ended: 0,
            name_width: names.max().unwrap_or(0),
            tasks: Vec::new(),
            expected,
            ended: Vec::new(),
            work: Work::default(),
            end: None,
        }
    }

    /// Takes in one event.
    pub fn apply(&mut self, event: &Event) {
        match event {
            Event::RunStarted { project, actions } => {
                self.project = text::clean_line(project).into_owned();
                self.actions = *actions;
            }
            Event::NodeStarted { at, node, address, verb, argument } => {
                self.task(address, *at).start(*node, *at, verb, argument.as_deref());
            }
            Event::NodeProgress { at, address, message, .. } => {
                self.task(address, *at).message = last_line(message);
            }
            Event::NodeFinished { at, node, address, verb, argument, outcome, elapsed } => {
                self.actions_ended += 1;
                if *outcome == NodeOutcome::Done {
                    self.work.count(verb);
                }
                let task = self.task(address, at.saturating_sub(*elapsed));
                task.end(*node, *at, verb, argument.as_deref(), *outcome);
                self.move_ended();
            }
            Event::Warning { diagnostic, .. } => {
                self.ended.push(Item::Warning(diagnostic.clone()));
            }
            Event::RunFinished { at, summary } => {
                self.end = Some((*at, summary.clone()));
                self.ended.extend(self.tasks.drain(..).map(|task| Item::Task(Box::new(task))));
            }
        }
    }

    /// The line at the end; `None` as long as the run goes on.
    pub fn summary(&self) -> Option<String> {
        let (at, counts) = self.end.as_ref()?;
        Some(summary(&self.verb, Duration::from_millis(*at), counts, &self.work))
    }

    /// What has ended since the last call, in the order in which it ended.
    pub(super) fn take_ended(&mut self) -> Vec<Item> {
        std::mem::take(&mut self.ended)
    }

    /// Whether the last event has come.
    pub(super) fn is_over(&self) -> bool {
        self.end.is_some()
    }

    fn task(&mut self, address: &Address, began: u64) -> &mut Task {
        let index = match self.tasks.iter().position(|task| task.address == *address) {
            Some(index) => index,
            None => {
                let left = self.expected.remove(address);
                self.tasks.push(Task::new(address.clone(), began, left));
                self.tasks.len() - 1
            }
        };
        &mut self.tasks[index]
    }

    fn move_ended(&mut self) {
        let is_over = |task: &mut Task| task.running.is_empty() && task.left == Some(0);
        let over = self.tasks.extract_if(.., is_over);
        self.ended.extend(over.map(|task| Item::Task(Box::new(task))));
    }
}

impl Task {
    fn new(address: Address, began: u64, left: Option<usize>) -> Self {
        Self {
            address,
            word: "",
            detail: String::new(),
            message: String::new(),
            began,
            phase_began: began,
            ended: began,
            running: Vec::new(),
            left,
            done: Vec::new(),
            failed: None,
            is_skipped: false,
        }
    }

    /// Whether an action runs; otherwise it waits for its turn.
    pub(super) fn is_active(&self) -> bool {
        !self.running.is_empty()
    }

    fn start(&mut self, node: NodeId, at: u64, verb: &'static str, argument: Option<&str>) {
        self.running.push(node);
        self.phase_began = at;
        self.message.clear();
        (self.word, self.detail) = words::doing(verb, argument);
    }

    fn end(
        &mut self,
        node: NodeId,
        at: u64,
        verb: &'static str,
        argument: Option<&str>,
        outcome: NodeOutcome,
    ) {
        self.running.retain(|it| *it != node);
        self.left = self.left.map(|left| left.saturating_sub(1));
        self.ended = at;
        match outcome {
            NodeOutcome::Done => self.done.push((verb, argument.map(str::to_owned))),
            NodeOutcome::Failed => {
                self.failed.get_or_insert_with(|| words::failed(verb, argument));
            }
            NodeOutcome::Skipped => self.is_skipped = true,
        }
        if self.running.is_empty() {
            let (_, word, detail) = self.result();
            (self.word, self.detail) = (word, detail);
            self.message.clear();
        }
    }

    /// How it has ended so far, in a word and what the word needs to be understood.
    pub(super) fn result(&self) -> (End, &'static str, String) {
        if let Some(what) = &self.failed {
            return (End::Failed, "Failed", what.clone());
        }
        let done = self.done.iter().max_by_key(|(verb, _)| words::rank(verb));
        let word = done.map(|(verb, argument)| words::done(verb, argument.as_deref()));
        match (word, self.is_skipped) {
            (Some(word), true) => {
                (End::Skipped, "Skipped", format!("{} only", word.to_lowercase()))
            }
            (None, true) => (End::Skipped, "Skipped", String::new()),
            (Some(word), false) if self.is_replacement() => {
                let state = if self.did("await") { word.to_lowercase() } else { String::new() };
                (End::Done, "Replaced", state)
            }
            (Some(word), false) => (End::Done, word, String::new()),
            (None, false) => (End::Skipped, "Unfinished", String::new()),
        }
    }

    fn is_replacement(&self) -> bool {
        self.did("create") && self.did("remove")
    }

    fn did(&self, verb: &str) -> bool {
        self.done.iter().any(|(it, _)| *it == verb)
    }
}

/// The last line that says something, without control sequences.
fn last_line(message: &str) -> String {
    let mut lines = message.split(['\n', '\r']).map(|line| text::clean_line(line.trim()));
    lines.rfind(|line| !line.is_empty()).unwrap_or_default().into_owned()
}
