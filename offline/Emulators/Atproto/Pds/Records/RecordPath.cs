using System.Text.RegularExpressions;

namespace AtpKeyserver.Emulators.Atproto.Pds.Records;

/// <summary>A record's place in its repository.</summary>
/// <param name="Collection">An NSID.</param>
/// <param name="Key">The record key.</param>
internal sealed partial record RecordPath(string Collection, string Key)
{
    /// <summary>253 for the domain, a dot and 63 for the name.</summary>
    private const int MaxNsidLength = 317;

    /// <exception cref="XrpcException">The collection or the key is invalid.</exception>
    public static RecordPath Parse(string? collection, string? key) =>
        key is not null and not "." and not ".." && KeyForm().IsMatch(key)
            ? new RecordPath(ParseCollection(collection), key)
            : throw XrpcException.InvalidRequest("rkey must be 1 to 512 of A-Z a-z 0-9 _ ~ . : -, but not . or ..");

    /// <exception cref="XrpcException">The collection is invalid.</exception>
    public static string ParseCollection(string? collection) =>
        collection is { Length: <= MaxNsidLength } && NsidForm().IsMatch(collection)
            ? collection
            : throw XrpcException.InvalidRequest("collection must be an NSID such as com.example.post.");

    public string ToUri(string did) => $"at://{did}/{Collection}/{Key}";

    /// <summary><see href="https://atproto.com/specs/nsid"/></summary>
    [GeneratedRegex(
        @"\A[a-zA-Z]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)+"
        + @"\.[a-zA-Z][a-zA-Z0-9]{0,62}\z")]
    private static partial Regex NsidForm();

    /// <summary><see href="https://atproto.com/specs/record-key"/></summary>
    [GeneratedRegex(@"\A[a-zA-Z0-9_~.:-]{1,512}\z")]
    private static partial Regex KeyForm();
}
