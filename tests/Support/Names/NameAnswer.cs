using System.Net;

namespace AtpKeyserver.Tests.Support.Names;

/// <summary>
/// The response of a name server: addresses, texts, a code of RFC 1035 section 4.1.1, or a request to use TCP.
/// </summary>
public sealed record NameAnswer(IReadOnlyList<IPAddress> Addresses, int Code = 0, bool IsTruncated = false)
{
    public static NameAnswer Nothing { get; } = new([]);

    public static NameAnswer ServerFailure { get; } = new([], Code: 2);

    public static NameAnswer NoSuchName { get; } = new([], Code: 3);

    public static NameAnswer Truncated { get; } = new([], IsTruncated: true);

    /// <summary>TXT records, each of at most 255 bytes.</summary>
    public IReadOnlyList<string> Texts { get; init; } = [];

    public static NameAnswer OfTexts(params string[] texts) => new([]) { Texts = texts };

    public static NameAnswer Of(params string[] addresses) => new([.. addresses.Select(IPAddress.Parse)]);
}
