//! A small JSON reader, so that the launcher needs no further crates.

use std::fmt;

/// A JSON value. Objects keep the order of their keys.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    /// The number as it is written.
    Number(String),
    String(String),
    Array(Vec<Value>),
    Object(Vec<(String, Value)>),
}

/// What is wrong with a text, and the offset at which it was noticed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    message: &'static str,
    offset: usize,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.message, self.offset)
    }
}

/// Nesting deeper than this is refused, so that no text can exhaust the stack.
const MAX_DEPTH: usize = 64;

struct Parser<'t> {
    text: &'t str,
    at: usize,
}

/// Reads one value that takes up all of `text`.
pub fn parse(text: &str) -> Result<Value, JsonError> {
    let mut parser = Parser { text, at: 0 };
    let value = parser.value(0)?;
    parser.space();
    if parser.at != text.len() {
        return Err(parser.error("unexpected text after the value"));
    }
    Ok(value)
}

impl Parser<'_> {
    fn error(&self, message: &'static str) -> JsonError {
        JsonError { message, offset: self.at }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn accept(&mut self, byte: u8) -> bool {
        self.space();
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, JsonError> {
        if !self.text[self.at..].starts_with(word) {
            return Err(self.error("unexpected text"));
        }
        self.at += word.len();
        Ok(value)
    }

    fn value(&mut self, depth: usize) -> Result<Value, JsonError> {
        if depth > MAX_DEPTH {
            return Err(self.error("too deeply nested"));
        }
        self.space();
        match self.peek() {
            Some(b'n') => self.word("null", Value::Null),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'"') => self.string().map(Value::String),
            Some(b'[') => self.array(depth),
            Some(b'{') => self.object(depth),
            Some(b'-' | b'0'..=b'9') => Ok(self.number()),
            _ => Err(self.error("a value is missing")),
        }
    }

    fn number(&mut self) -> Value {
        let start = self.at;
        while matches!(self.peek(), Some(b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')) {
            self.at += 1;
        }
        Value::Number(self.text[start..self.at].to_owned())
    }

    fn array(&mut self, depth: usize) -> Result<Value, JsonError> {
        self.at += 1;
        let mut values = Vec::new();
        if self.accept(b']') {
            return Ok(Value::Array(values));
        }
        loop {
            values.push(self.value(depth + 1)?);
            if self.accept(b']') {
                return Ok(Value::Array(values));
            }
            if !self.accept(b',') {
                return Err(self.error("`,` or `]` is missing"));
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value, JsonError> {
        self.at += 1;
        let mut members = Vec::new();
        if self.accept(b'}') {
            return Ok(Value::Object(members));
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return Err(self.error("a key is missing"));
            }
            let key = self.string()?;
            if !self.accept(b':') {
                return Err(self.error("`:` is missing"));
            }
            members.push((key, self.value(depth + 1)?));
            if self.accept(b'}') {
                return Ok(Value::Object(members));
            }
            if !self.accept(b',') {
                return Err(self.error("`,` or `}` is missing"));
            }
        }
    }

    fn string(&mut self) -> Result<String, JsonError> {
        self.at += 1;
        let mut result = String::new();
        loop {
            let start = self.at;
            while !matches!(self.peek(), None | Some(b'"' | b'\\')) {
                self.at += 1;
            }
            result.push_str(&self.text[start..self.at]);
            match self.peek() {
                None => return Err(self.error("a string does not end")),
                Some(b'"') => {
                    self.at += 1;
                    return Ok(result);
                }
                Some(_) => {
                    self.at += 1;
                    result.push(self.escape()?);
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        let escaped = self.peek().ok_or_else(|| self.error("a string does not end"))?;
        self.at += 1;
        Ok(match escaped {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode(),
            _ => return Err(self.error("unknown escape")),
        })
    }

    fn unit(&mut self) -> Result<u32, JsonError> {
        let digits = self.text.as_bytes().get(self.at..self.at + 4);
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        let unit = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let unit = unit.ok_or_else(|| self.error("four hexadecimal digits are missing"))?;
        self.at += 4;
        Ok(unit)
    }

    fn unicode(&mut self) -> Result<char, JsonError> {
        let first = self.unit()?;
        let code = if (0xd800..0xdc00).contains(&first) && self.text[self.at..].starts_with("\\u") {
            self.at += 2;
            let second = self.unit()?;
            0x10000 + ((first - 0xd800) << 10) + second.wrapping_sub(0xdc00) % 0x400
        } else {
            first
        };
        // A lone surrogate has no character.
        Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read() {
        let value = parse(" {\"a\": [1, -2.5e3, true, null], \"b\\n\": \"\\u4e2d\\ud83d\\ude00\"} ").unwrap();
        let numbers = [Value::Number("1".into()), Value::Number("-2.5e3".into()), Value::Bool(true), Value::Null];
        assert_eq!(
            value,
            Value::Object(vec![
                ("a".into(), Value::Array(numbers.to_vec())),
                ("b\n".into(), Value::String("中😀".into())),
            ])
        );
    }

    #[test]
    fn broken_texts_give_an_offset() {
        for (text, offset) in [("", 0), ("{\"a\" 1}", 5), ("[1 2]", 3), ("\"x", 2), ("1 1", 2), ("\"\\q\"", 3)] {
            assert_eq!(parse(text).unwrap_err().offset, offset, "{text}");
        }
        assert!(parse(&"[".repeat(10_000)).is_err());
    }
}
