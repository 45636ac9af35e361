//! Captures the SDK's spans and events per test, and asserts that they contain no token.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::{self, Debug};
use std::sync::{Arc, Mutex, MutexGuard, Once};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

/// The prefix of every secret in these tests, and of nothing else.
pub(crate) const SECRET: &str = "s3cr3t";

/// Sets the subscriber of this process, once.
///
/// All tests share it: with one for each test, callsites first reached by a thread without a subscriber would stay
/// disabled.
pub(crate) fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let subscriber = tracing_subscriber::registry().with(CaptureLayer);
        tracing::subscriber::set_global_default(subscriber).expect("no other subscriber is set");
    });
}

thread_local! {
    /// The capture of this thread's test.
    static LISTENER: RefCell<Option<Capture>> = const { RefCell::new(None) };
}

/// The SDK's spans and events in one test, in order.
#[derive(Clone, Default)]
pub(crate) struct Capture(Arc<Mutex<Vec<TraceRecord>>>);

/// A span or an event of the SDK.
#[derive(Clone, Debug)]
pub(crate) struct TraceRecord {
    pub(crate) name: &'static str,
    pub(crate) level: Level,
    pub(crate) parent: Option<Id>,
    pub(crate) id: Option<Id>,
    fields: BTreeMap<&'static str, String>,
}

impl TraceRecord {
    /// The value of a field as text.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }
}

impl Capture {
    /// Captures this thread from now on.
    pub(crate) fn start() -> Self {
        install();
        let capture = Self::default();
        LISTENER.set(Some(capture.clone()));
        capture
    }

    /// The spans with this name.
    pub(crate) fn spans(&self, name: &str) -> Vec<TraceRecord> {
        self.records().iter().filter(|record| record.id.is_some() && record.name == name).cloned().collect()
    }

    pub(crate) fn events(&self) -> Vec<TraceRecord> {
        self.records().iter().filter(|record| record.id.is_none()).cloned().collect()
    }

    /// The only event.
    pub(crate) fn only_event(&self) -> TraceRecord {
        let events = self.events();
        assert_eq!(events.len(), 1, "{self:?}");
        events[0].clone()
    }

    fn records(&self) -> MutexGuard<'_, Vec<TraceRecord>> {
        self.0.lock().expect("the lock is not poisoned")
    }
}

impl Debug for Capture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&*self.records()).finish()
    }
}

/// The subscriber's layer, which only captures the SDK's spans and events.
struct CaptureLayer;

/// Collects the fields of a span or an event.
struct FieldWriter<'a>(&'a mut BTreeMap<&'static str, String>);

impl FieldWriter<'_> {
    fn write(&mut self, field: &Field, value: String) {
        assert!(!value.contains(SECRET), "{} contains a secret: {value}", field.name());
        self.0.insert(field.name(), value);
    }
}

impl Visit for FieldWriter<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.write(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.write(field, value.to_owned());
    }
}

fn is_of_the_sdk(metadata: &Metadata<'_>) -> bool {
    metadata.target().starts_with("partner_center")
}

fn record(record: TraceRecord) {
    LISTENER.with_borrow(|listener| {
        if let Some(capture) = listener {
            capture.records().push(record);
        }
    });
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for CaptureLayer {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let metadata = attributes.metadata();
        if is_of_the_sdk(metadata) {
            let mut fields = BTreeMap::new();
            attributes.record(&mut FieldWriter(&mut fields));
            let parent = attributes.parent().cloned().or_else(|| context.current_span().id().cloned());
            record(TraceRecord {
                name: metadata.name(),
                level: *metadata.level(),
                parent,
                id: Some(id.clone()),
                fields,
            });
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, _: Context<'_, S>) {
        let mut fields = BTreeMap::new();
        values.record(&mut FieldWriter(&mut fields));
        LISTENER.with_borrow(|listener| {
            let mut records = listener.iter().map(Capture::records).next();
            // Ids are reused, so search from the newest.
            let span =
                records.iter_mut().flat_map(|all| all.iter_mut().rev()).find(|record| record.id.as_ref() == Some(id));
            if let Some(span) = span {
                span.fields.append(&mut fields);
            }
        });
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if is_of_the_sdk(event.metadata()) {
            let mut fields = BTreeMap::new();
            event.record(&mut FieldWriter(&mut fields));
            let parent = context.current_span().id().cloned();
            record(TraceRecord { name: "event", level: *event.metadata().level(), parent, id: None, fields });
        }
    }
}
