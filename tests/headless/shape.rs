//! The shape of a JSON value: its keys and what kind of value stands at each, which is what scripts
//! rely on and what stays the same on every machine.

use serde_json::{Map, Value};

/// Each leaf as the name of its kind; of a list only its first element.
pub fn shape(value: &Value) -> Value {
    match value {
        Value::Null => "null".into(),
        Value::Bool(_) => "true or false".into(),
        Value::Number(_) => "number".into(),
        Value::String(_) => "text".into(),
        Value::Array(all) => Value::Array(all.first().map(shape).into_iter().collect()),
        Value::Object(fields) => Value::Object(
            fields
                .iter()
                .map(|(name, value)| (name.clone(), shape(value)))
                .collect::<Map<String, Value>>(),
        ),
    }
}
