//! Hears everything that is told at TRACE by anything in this process.

use std::fmt::{Debug, Write};
use std::sync::{Mutex, MutexGuard, Once};
use std::thread::{self, ThreadId};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

use crate::support::lock;

/// One thing that was told.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) level: Level,
    pub(crate) text: String,
    thread: ThreadId,
}

static TOLD: Mutex<Vec<Told>> = Mutex::new(Vec::new());

/// Hears from now on. One subscriber serves the whole process, since callsites remember who listened first.
pub(crate) fn hear() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let subscriber = tracing_subscriber::registry().with(Ear);
        tracing::subscriber::set_global_default(subscriber).expect("nobody else sets one");
    });
}

/// What was told on any thread.
pub(crate) fn told() -> MutexGuard<'static, Vec<Told>> {
    lock(&TOLD)
}

/// The warnings of this thread, which is the test's own.
pub(crate) fn warnings() -> Vec<String> {
    let here = thread::current().id();
    let warnings =
        told().iter().filter(|told| told.thread == here && told.level == Level::WARN).cloned().collect::<Vec<_>>();
    warnings.into_iter().map(|told| told.text).collect()
}

struct Ear;

struct Writing<'a>(&'a mut String);

impl Visit for Writing<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, " {}={value:?}", field.name());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let _ = write!(self.0, " {}={value}", field.name());
    }
}

fn tell(level: Level, write: impl FnOnce(&mut Writing<'_>)) {
    let mut text = String::new();
    write(&mut Writing(&mut text));
    told().push(Told { level, text, thread: thread::current().id() });
}

impl<S: Subscriber> Layer<S> for Ear {
    fn on_new_span(&self, attributes: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        tell(*attributes.metadata().level(), |writing| attributes.record(writing));
    }

    fn on_record(&self, _: &Id, values: &Record<'_>, _: Context<'_, S>) {
        tell(Level::TRACE, |writing| values.record(writing));
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        tell(*event.metadata().level(), |writing| event.record(writing));
    }
}
