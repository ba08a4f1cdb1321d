using System.IO.Compression;
using System.Net.Sockets;
using System.Text;
using AtpKeyserver.Identity;

namespace AtpKeyserver.Tests.Unit.Identity;

/// <summary>Hostile responses in place of a document: each is refused and read only up to the limits.</summary>
public class HostileAnswerTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

    private static readonly Dictionary<string, Func<NetworkStream, CancellationToken, Task>> Answers = new()
    {
        ["20 MB that it announces"] = Flood(Ok + "Content-Length: 20971520\r\n\r\n", new string(' ', 8192)),
        ["20 MB without a length"] = Flood(Ok + "\r\n", new string(' ', 8192)),
        ["20 MB in chunks"] =
            Flood(Ok + "Transfer-Encoding: chunked\r\n\r\n", "2000\r\n" + new string(' ', 8192) + "\r\n"),
        ["chunks of one byte"] =
            Flood(Ok + "Transfer-Encoding: chunked\r\n\r\n", string.Concat(Enumerable.Repeat("1\r\n \r\n", 1000))),
        ["a chunk of 2^64"] = Text(Ok + "Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n{}"),
        ["a length of 2^63"] = Flood(Ok + "Content-Length: 9223372036854775808\r\n\r\n", new string(' ', 8192)),
        ["a length of 2^63 - 1"] = Flood(Ok + "Content-Length: 9223372036854775807\r\n\r\n", new string(' ', 8192)),
        ["a length of less than nothing"] = Flood(Ok + "Content-Length: -1\r\n\r\n", new string(' ', 8192)),
        ["a length that is too long"] = Text(Ok + "Content-Length: 200\r\n\r\n{}"),
        ["trailers without an end"] =
            Flood(Ok + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n", $"X: {new string('a', 1000)}\r\n"),
        ["a chunk extension without an end"] =
            Flood(Ok + "Transfer-Encoding: chunked\r\n\r\n2;", new string('a', 8192)),
        ["headers without an end"] = Flood("HTTP/1.1 200 OK\r\n", $"X: {new string('a', 1000)}\r\n"),
        ["a status line without an end"] = Flood("HTTP/1.1 200 ", new string('a', 8192)),
        ["interim answers without an end"] =
            Flood("", "HTTP/1.1 103 Early Hints\r\nLink: <https://a.example.com>\r\n\r\n"),
        ["gzip"] = Packed("gzip", s => new GZipStream(s, CompressionLevel.Fastest, leaveOpen: true)),
        ["deflate"] = Packed("deflate", s => new ZLibStream(s, CompressionLevel.Fastest, leaveOpen: true)),
        ["Brotli"] = Packed("br", s => new BrotliStream(s, CompressionLevel.Fastest, leaveOpen: true)),
        ["two encodings, one of which changes nothing"] =
            Text(CannedServer.Response("{}", more: "Content-Encoding: identity, gzip\r\n")),
        ["a redirect to metadata"] =
            Text(CannedServer.Response("{}", more: "Location: http://169.254.169.254/\r\n", status: "302 Found")),
        ["a redirect to itself"] =
            Text(CannedServer.Response("{}", more: "Location: /\r\n", status: "301 Moved Permanently")),
        ["a choice"] = Text(CannedServer.Response("{}", status: "300 Multiple Choices")),
        ["nothing new"] = Text(CannedServer.Response("", status: "304 Not Modified")),
        ["a part"] = Text(CannedServer.Response("{}", status: "206 Partial Content")),
        ["HTML"] = Text(CannedServer.Response("<!doctype html>", "text/html")),
        ["JSON that is called HTML"] = Text(CannedServer.Response("{}", "text/html")),
        ["JSON that is called text"] = Text(CannedServer.Response("{}", "text/plain")),
        ["a type that only starts like JSON"] = Text(CannedServer.Response("{}", "application/json-seq")),
        ["a type that is no type"] = Text(CannedServer.Response("{}", "json")),
        ["no type"] = Text("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"),
        ["two types"] =
            Text("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Type: application/json\r\nContent-Length: "
            + "2\r\n\r\n{}"),
        ["another protocol"] = Text("SSH-2.0-OpenSSH_9.2\r\n"),
        ["HTTP/2"] = Text("\0\0\u0012\u0004\0\0\0\0\0"),
        ["switching protocols"] =
            Text("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"),
        ["nothing, and it hangs up"] = Text(""),
        ["a password prompt"] =
            Text(CannedServer.Response("{}", more: "WWW-Authenticate: Negotiate\r\n", status: "401 Unauthorized")),
    };

    public static TheoryData<string> Names() => [.. Answers.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Fails_when_the_host_sends(string with)
    {
        using var server = new CannedServer(Answers[with]);

        var failure = await Record.ExceptionAsync(() => LoopbackHost.FetchAsync(server));

        Assert.True(
            failure is HttpRequestException or UnusableDocumentException or DocumentStatusException or IOException,
            $"{failure}");
        // A connection that breaks before any response is retried three times.
        Assert.InRange(server.Connections, 1, 4);
    }

    private static Func<NetworkStream, CancellationToken, Task> Text(string answer) =>
        async (stream, stop) => await stream.WriteAsync(Encoding.Latin1.GetBytes(answer), stop);

    /// <summary>20 MB of the same text.</summary>
    private static Func<NetworkStream, CancellationToken, Task> Flood(string head, string again) =>
        async (stream, stop) =>
    {
        await stream.WriteAsync(Encoding.Latin1.GetBytes(head), stop);
        var bytes = Encoding.Latin1.GetBytes(again);
        for (var written = 0; written < 20 * 1024 * 1024; written += bytes.Length)
            await stream.WriteAsync(bytes, stop);
    };

    private static Func<NetworkStream, CancellationToken, Task> Packed(string name, Func<Stream, Stream> pack) =>
        async (stream, stop) =>
    {
        using var packed = new MemoryStream();
        await using (var packer = pack(packed))
            await packer.WriteAsync("{}"u8.ToArray(), stop);
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"{Ok}Content-Encoding: {name}\r\nContent-Length: {packed.Length}\r\n\r\n"), stop);
        await stream.WriteAsync(packed.ToArray(), stop);
    };
}
