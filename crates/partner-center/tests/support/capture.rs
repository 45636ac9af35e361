//! Hears what the SDK tells its subscribers, test by test, and in every test that it tells no token.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::{self, Debug};
use std::sync::{Arc, Mutex, MutexGuard, Once};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

/// The text that every secret of these tests begins with, and nothing else holds.
pub(crate) const SECRET: &str = "s3cr3t";

/// Makes sure that the SDK is heard from its first word on.
///
/// One subscriber serves the whole process: with one for each test, what a thread without any touches first would stay
/// unheard.
pub(crate) fn hear() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let subscriber = tracing_subscriber::registry().with(Ear);
        tracing::subscriber::set_global_default(subscriber).expect("nobody else sets one");
    });
}

thread_local! {
    /// The test that wants to know; each runs on a thread of its own.
    static LISTENER: RefCell<Option<Capture>> = const { RefCell::new(None) };
}

/// Everything the SDK has told a test, in order.
#[derive(Clone, Default)]
pub(crate) struct Capture(Arc<Mutex<Vec<Told>>>);

/// A span or an event of the SDK.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) name: &'static str,
    pub(crate) level: Level,
    pub(crate) parent: Option<Id>,
    pub(crate) id: Option<Id>,
    fields: BTreeMap<&'static str, String>,
}

impl Told {
    /// A field's value as text.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }
}

impl Capture {
    /// Listens to this thread from now on.
    pub(crate) fn start() -> Self {
        hear();
        let capture = Self::default();
        LISTENER.set(Some(capture.clone()));
        capture
    }

    /// The spans of this name.
    pub(crate) fn spans(&self, name: &str) -> Vec<Told> {
        self.told().iter().filter(|told| told.id.is_some() && told.name == name).cloned().collect()
    }

    pub(crate) fn events(&self) -> Vec<Told> {
        self.told().iter().filter(|told| told.id.is_none()).cloned().collect()
    }

    /// The only event there is.
    pub(crate) fn only_event(&self) -> Told {
        let events = self.events();
        assert_eq!(events.len(), 1, "{self:?}");
        events[0].clone()
    }

    fn told(&self) -> MutexGuard<'_, Vec<Told>> {
        self.0.lock().expect("nobody panics while it is held")
    }
}

impl Debug for Capture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&*self.told()).finish()
    }
}

/// The subscriber's layer: hands on what belongs to the SDK.
struct Ear;

/// Fields being written down.
struct Writing<'a>(&'a mut BTreeMap<&'static str, String>);

impl Writing<'_> {
    fn write(&mut self, field: &Field, value: String) {
        assert!(!value.contains(SECRET), "{} tells a secret: {value}", field.name());
        self.0.insert(field.name(), value);
    }
}

impl Visit for Writing<'_> {
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

fn tell(told: Told) {
    LISTENER.with_borrow(|listener| {
        if let Some(capture) = listener {
            capture.told().push(told);
        }
    });
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Ear {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let metadata = attributes.metadata();
        if is_of_the_sdk(metadata) {
            let mut fields = BTreeMap::new();
            attributes.record(&mut Writing(&mut fields));
            let parent = attributes.parent().cloned().or_else(|| context.current_span().id().cloned());
            tell(Told { name: metadata.name(), level: *metadata.level(), parent, id: Some(id.clone()), fields });
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, _: Context<'_, S>) {
        let mut fields = BTreeMap::new();
        values.record(&mut Writing(&mut fields));
        LISTENER.with_borrow(|listener| {
            let mut told = listener.iter().map(Capture::told).next();
            // Ids are used again, so the newest is meant.
            let span = told.iter_mut().flat_map(|told| told.iter_mut().rev()).find(|told| told.id.as_ref() == Some(id));
            if let Some(span) = span {
                span.fields.append(&mut fields);
            }
        });
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if is_of_the_sdk(event.metadata()) {
            let mut fields = BTreeMap::new();
            event.record(&mut Writing(&mut fields));
            let parent = context.current_span().id().cloned();
            tell(Told { name: "event", level: *event.metadata().level(), parent, id: None, fields });
        }
    }
}
