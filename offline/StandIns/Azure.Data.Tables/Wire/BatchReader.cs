using System.Buffers.Text;
using System.Text;
using Azure.Core;

namespace Azure.Data.Tables.Wire;

/// <summary>The responses in a transaction's answer: one per action, or the single one of the action that failed.</summary>
internal static class BatchReader
{
    private static ReadOnlySpan<byte> StatusLine => "HTTP/1.1 "u8;

    /// <exception cref="FormatException">There is no part, or one that is not a response.</exception>
    public static List<BatchPart> Read(ReadOnlyMemory<byte> body)
    {
        var parts = new List<BatchPart>();
        for (var start = body.Span.IndexOf(StatusLine); start >= 0; start = body.Span.IndexOf(StatusLine))
        {
            body = body[(start + StatusLine.Length)..];
            parts.Add(ReadPart(ref body));
        }

        return parts.Count > 0 ? parts : throw new FormatException("The transaction's answer holds no response.");
    }

    private static BatchPart ReadPart(ref ReadOnlyMemory<byte> rest)
    {
        var statusLine = ReadLine(ref rest);
        if (!Utf8Parser.TryParse(statusLine, out int status, out var length))
            throw new FormatException("A part of the transaction's answer has no status.");
        var reason = Encoding.UTF8.GetString(statusLine[length..]).Trim();
        var headers = new List<HttpHeader>();
        for (var line = ReadLine(ref rest); !line.IsEmpty; line = ReadLine(ref rest))
        {
            var text = Encoding.UTF8.GetString(line);
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0)
                throw new FormatException("A part of the transaction's answer has a broken header.");
            headers.Add(new HttpHeader(text[..colon].Trim(), text[(colon + 1)..].Trim()));
        }

        var end = rest.Span.IndexOf("\r\n--"u8);
        var content = rest[..(end < 0 ? rest.Length : end)];
        rest = rest[content.Length..];
        return new BatchPart(status, reason, headers, content);
    }

    private static ReadOnlySpan<byte> ReadLine(ref ReadOnlyMemory<byte> rest)
    {
        var end = rest.Span.IndexOf("\r\n"u8);
        if (end < 0)
            throw new FormatException("The transaction's answer ends too soon.");
        var line = rest.Span[..end];
        rest = rest[(end + 2)..];
        return line;
    }
}
