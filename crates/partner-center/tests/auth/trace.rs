//! Records every tracing span and event of this process.

use std::fmt::{Debug, Write};
use std::sync::{Mutex, MutexGuard, Once};
use std::thread::{self, ThreadId};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

use crate::support::lock;

/// A span or an event.
#[derive(Clone, Debug)]
pub(crate) struct TraceRecord {
    pub(crate) level: Level,
    pub(crate) text: String,
    thread: ThreadId,
}

static RECORDS: Mutex<Vec<TraceRecord>> = Mutex::new(Vec::new());

/// Starts recording. One subscriber serves the whole process, since callsites cache their first subscriber.
pub(crate) fn start_recording() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let subscriber = tracing_subscriber::registry().with(RecordLayer);
        tracing::subscriber::set_global_default(subscriber).expect("no other subscriber is set");
    });
}

/// The records of all threads.
pub(crate) fn records() -> MutexGuard<'static, Vec<TraceRecord>> {
    lock(&RECORDS)
}

/// The warnings of this thread, which is the test's own.
pub(crate) fn warnings() -> Vec<String> {
    let here = thread::current().id();
    let warnings = records()
        .iter()
        .filter(|record| record.thread == here && record.level == Level::WARN)
        .cloned()
        .collect::<Vec<_>>();
    warnings.into_iter().map(|record| record.text).collect()
}

struct RecordLayer;

struct FieldWriter<'a>(&'a mut String);

impl Visit for FieldWriter<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, " {}={value:?}", field.name());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let _ = write!(self.0, " {}={value}", field.name());
    }
}

fn record(level: Level, write: impl FnOnce(&mut FieldWriter<'_>)) {
    let mut text = String::new();
    write(&mut FieldWriter(&mut text));
    records().push(TraceRecord { level, text, thread: thread::current().id() });
}

impl<S: Subscriber> Layer<S> for RecordLayer {
    fn on_new_span(&self, attributes: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        record(*attributes.metadata().level(), |writing| attributes.record(writing));
    }

    fn on_record(&self, _: &Id, values: &Record<'_>, _: Context<'_, S>) {
        record(Level::TRACE, |writing| values.record(writing));
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        record(*event.metadata().level(), |writing| event.record(writing));
    }
}
