//! Just enough HTTP for the example.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use crate::pages::Pages;

const LONGEST_LINE: u64 = 8192;
const PATIENCE: Duration = Duration::from_secs(10);

/// Waits for one request and answers it.
pub fn serve_one(listener: &TcpListener, pages: &Pages) -> io::Result<()> {
    let (mut stream, _) = listener.accept()?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(stream.try_clone()?).take(LONGEST_LINE);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    // The rest of the head is read, so that closing the connection does not reset it.
    let mut header = String::new();
    while reader.read_line(&mut header)? > 2 {
        header.clear();
    }
    let path = line.split(' ').nth(1).unwrap_or("/");
    let page = pages.page(path);
    let reason = if page.status == 200 { "OK" } else { "Error" };
    write!(
        stream,
        "HTTP/1.0 {} {reason}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\r\n{}",
        page.status,
        page.text.len(),
        page.text
    )
}

/// Asks for a page; gives its text.
pub fn get(address: SocketAddr, path: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(stream, "GET {path} HTTP/1.0\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer.split_once("\r\n\r\n").map_or_else(String::new, |(_, body)| body.to_owned()))
}
