//! Writing one configuration in each of the forms in which a conductor gives it out, as a stream.

use std::io::{self, Write};

/// A form of the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// NETCONF XML.
    Xml,
    /// JSON with keys in kebab-case.
    Json,
    /// JSON with keys in camelCase.
    Camel,
    /// Indented PCLI text.
    Pcli,
    /// Flat PCLI text.
    Flat,
}

impl Form {
    /// Every form, by the name it has on a command line.
    pub const ALL: [(&'static str, Self); 5] = [
        ("xml", Self::Xml),
        ("json", Self::Json),
        ("camel", Self::Camel),
        ("pcli", Self::Pcli),
        ("flat", Self::Flat),
    ];
}

/// Writes containers, entries of lists and leaves as they come. Entries of one list have to follow one another.
pub struct Document<W> {
    form: Form,
    output: W,
    open: Vec<Level>,
}

struct Level {
    name: &'static str,
    key: String,
    is_entry: bool,
    /// JSON: whether something stands before the next member.
    has_members: bool,
    /// JSON: the list whose array is open.
    list: Option<&'static str>,
}

const T128: &str = "http://128technology.com/t128";

impl<W: Write> Document<W> {
    /// Begins a document with its outermost container, `config`.
    pub fn begin(form: Form, output: W) -> io::Result<Self> {
        let mut document = Self { form, output, open: Vec::new() };
        match form {
            Form::Xml => document.output.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")?,
            Form::Json | Form::Camel => document.output.write_all(b"{")?,
            Form::Pcli | Form::Flat => {}
        }
        document.open_level("config", String::new(), false, Some(T128))?;
        Ok(document)
    }

    /// Begins a container; `namespace` is the last part of its module's, when that is another than the parent's.
    pub fn container(&mut self, name: &'static str, namespace: Option<&str>) -> io::Result<()> {
        let namespace = namespace.map(|module| format!("{T128}/config/{module}"));
        self.open_level(name, String::new(), false, namespace.as_deref())
    }

    /// Begins an entry of a list and writes its key.
    pub fn entry(
        &mut self,
        name: &'static str,
        namespace: Option<&str>,
        key: (&str, &str),
    ) -> io::Result<()> {
        let namespace = namespace.map(|module| format!("{T128}/config/{module}"));
        self.open_level(name, key.1.to_owned(), true, namespace.as_deref())?;
        self.leaf(key.0, key.1)
    }

    /// Writes a leaf of the parent's module.
    pub fn leaf(&mut self, name: &str, value: &str) -> io::Result<()> {
        self.leaf_in(None, name, value)
    }

    /// Writes a leaf of another module.
    pub fn leaf_in(&mut self, namespace: Option<&str>, name: &str, value: &str) -> io::Result<()> {
        match self.form {
            Form::Xml => self.xml_leaf(namespace, name, value),
            Form::Json | Form::Camel => {
                self.member(name, None)?;
                self.json_text(value)
            }
            Form::Pcli => {
                self.indent()?;
                writeln!(self.output, "{name}  {}", pcli_word(value))
            }
            Form::Flat => self.flat_line(name, value),
        }
    }

    /// Writes the values of a leaf-list.
    pub fn leaf_list(&mut self, name: &str, values: &[impl AsRef<str>]) -> io::Result<()> {
        if matches!(self.form, Form::Json | Form::Camel) && !values.is_empty() {
            self.member(name, None)?;
            for (index, value) in values.iter().enumerate() {
                self.output.write_all(if index == 0 { b"[" } else { b"," })?;
                self.json_text(value.as_ref())?;
            }
            return self.output.write_all(b"]");
        }
        values.iter().try_for_each(|value| self.leaf(name, value.as_ref()))
    }

    /// Ends the innermost container or entry.
    pub fn end(&mut self) -> io::Result<()> {
        if self.form == Form::Pcli {
            self.close_indent()?;
        }
        let Some(level) = self.open.pop() else { return Ok(()) };
        match self.form {
            Form::Xml => writeln!(self.output, "{:1$}</{2}>", "", self.open.len(), level.name),
            Form::Json | Form::Camel => {
                self.output.write_all(if level.list.is_some() { b"]}\n" } else { b"}\n" })
            }
            Form::Pcli | Form::Flat => Ok(()),
        }
    }

    /// Ends the document.
    pub fn finish(mut self) -> io::Result<W> {
        while !self.open.is_empty() {
            self.end()?;
        }
        if matches!(self.form, Form::Json | Form::Camel) {
            self.output.write_all(b"}\n")?;
        }
        Ok(self.output)
    }

    fn open_level(
        &mut self,
        name: &'static str,
        key: String,
        is_entry: bool,
        namespace: Option<&str>,
    ) -> io::Result<()> {
        match self.form {
            Form::Xml => {
                write!(self.output, "{:1$}<{name}", "", self.open.len())?;
                if let Some(namespace) = namespace {
                    write!(self.output, " xmlns=\"{namespace}\"")?;
                }
                self.output.write_all(b">\n")?;
            }
            Form::Json | Form::Camel => {
                self.member(name, is_entry.then_some(name))?;
                self.output.write_all(b"{")?;
            }
            Form::Pcli => {
                self.indent()?;
                let key = if is_entry { pcli_word(&key) } else { String::new() };
                writeln!(self.output, "{name}  {key}")?;
            }
            Form::Flat => {}
        }
        self.open.push(Level { name, key, is_entry, has_members: false, list: None });
        Ok(())
    }

    fn xml_leaf(&mut self, namespace: Option<&str>, name: &str, value: &str) -> io::Result<()> {
        write!(self.output, "{:1$}<{name}", "", self.open.len())?;
        if let Some(module) = namespace {
            write!(self.output, " xmlns=\"{T128}/config/{module}\"")?;
        }
        self.output.write_all(b">")?;
        for character in value.chars() {
            match character {
                '&' => self.output.write_all(b"&amp;")?,
                '<' => self.output.write_all(b"&lt;")?,
                '>' => self.output.write_all(b"&gt;")?,
                '\r' => self.output.write_all(b"&#13;")?,
                _ => write!(self.output, "{character}")?,
            }
        }
        writeln!(self.output, "</{name}>")
    }

    /// Begins a member of a JSON object; `list` is the list that it is an entry of.
    fn member(&mut self, name: &str, list: Option<&'static str>) -> io::Result<()> {
        let Some(level) = self.open.last_mut() else { return self.json_key(name) };
        let open = std::mem::replace(&mut level.list, list);
        if open.is_some() && open == list {
            return self.output.write_all(b",");
        }
        if open.is_some() {
            self.output.write_all(b"]")?;
        }
        if std::mem::replace(&mut level.has_members, true) {
            self.output.write_all(b",\n")?;
        }
        self.json_key(name)?;
        if list.is_some() { self.output.write_all(b"[") } else { Ok(()) }
    }

    fn json_key(&mut self, name: &str) -> io::Result<()> {
        let mut key = String::new();
        for part in name.split('-') {
            match (self.form, part.chars().next()) {
                (Form::Camel, Some(first)) if !key.is_empty() => {
                    key.push(first.to_ascii_uppercase());
                    key.extend(part.chars().skip(1));
                }
                (Form::Camel, _) => key += part,
                _ if key.is_empty() => key += part,
                _ => {
                    key.push('-');
                    key += part;
                }
            }
        }
        write!(self.output, "\"{key}\": ")
    }

    fn json_text(&mut self, value: &str) -> io::Result<()> {
        Ok(serde_json::to_writer(&mut self.output, value)?)
    }

    fn indent(&mut self) -> io::Result<()> {
        write!(self.output, "{:1$}", "", self.open.len() * 4)
    }

    fn close_indent(&mut self) -> io::Result<()> {
        writeln!(self.output, "{:1$}exit", "", self.open.len().saturating_sub(1) * 4)
    }

    fn flat_line(&mut self, name: &str, value: &str) -> io::Result<()> {
        for level in &self.open {
            write!(self.output, "{} ", level.name)?;
            if level.is_entry {
                write!(self.output, "{} ", pcli_word(&level.key))?;
            }
        }
        writeln!(self.output, "{name} {}", pcli_word(value))
    }
}

/// A value as one PCLI word.
fn pcli_word(value: &str) -> String {
    let plain = |c: char| !c.is_whitespace() && !matches!(c, '"' | '\'' | '\\');
    if !value.is_empty() && value.chars().all(plain) {
        value.to_owned()
    } else {
        format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
    }
}
