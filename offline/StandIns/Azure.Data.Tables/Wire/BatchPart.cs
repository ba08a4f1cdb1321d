using Azure.Core;

namespace Azure.Data.Tables.Wire;

/// <summary>One response inside a transaction's answer.</summary>
internal sealed class BatchPart(int status, string reason, List<HttpHeader> headers, ReadOnlyMemory<byte> content) : Response
{
    public override int Status => status;

    public override string ReasonPhrase => reason;

    public override bool IsError => status >= 400;

    public override Stream ContentStream { get; set; } =
        new MemoryStream(content.ToArray(), 0, content.Length, writable: false, publiclyVisible: true);

    public override string ClientRequestId { get; set; } = string.Empty;

    public override void Dispose() => ContentStream?.Dispose();

    protected override bool ContainsHeader(string name) => TryGetHeader(name, out _);

    protected override IEnumerable<HttpHeader> EnumerateHeaders() => headers;

    protected override bool TryGetHeader(string name, out string value)
    {
        var index = headers.FindIndex(header => string.Equals(header.Name, name, StringComparison.OrdinalIgnoreCase));
        value = index < 0 ? null : headers[index].Value;
        return index >= 0;
    }

    protected override bool TryGetHeaderValues(string name, out IEnumerable<string> values)
    {
        values = TryGetHeader(name, out var value) ? [value] : null;
        return values is not null;
    }
}
