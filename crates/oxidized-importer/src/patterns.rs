//! Patterns that name packages.

/// Whether a pattern names a module or a package that the module is in.
///
/// `*` stands for any text, dots included; a pattern without it is the name of a module or package.
pub fn covers(pattern: &str, name: &str) -> bool {
    if !pattern.contains('*') {
        let rest = name.strip_prefix(pattern);
        return rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    }
    let dots = name.match_indices('.').map(|(position, _)| position);
    dots.chain([name.len()]).any(|end| matches(pattern, &name[..end]))
}

fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    // The leftmost place is the best for each part in the middle.
    for part in parts {
        let Some(position) = rest.find(part) else { return false };
        rest = &rest[position + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cover_themselves_and_what_is_in_them() {
        assert!(covers("a", "a") && covers("a", "a.b.c") && covers("a.b", "a.b.c"));
        assert!(!covers("a", "ab") && !covers("a.b", "a") && !covers("", "a"));
    }

    #[test]
    fn stars_stand_for_any_text() {
        assert!(
            covers("*", "a.b") && covers("a*", "ab.c") && covers("*.data", "a.b.data") && covers("a*d*f", "abcdef")
        );
        assert!(covers("a.*", "a.b") && covers("*.data", "a.data.x") && covers("a**b", "ab"));
        assert!(!covers("a.*", "a") && !covers("*.data", "data") && !covers("a*b*a", "abb.c") && !covers("a*a", "a"));
    }
}
