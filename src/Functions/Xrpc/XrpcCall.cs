using System.Globalization;
using System.Text;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace AtpKeyserver.Functions.Xrpc;

/// <summary>
/// One call: its parameters, body and response. Every method throws InvalidRequest for a malformed value.
/// </summary>
public sealed partial class XrpcCall(
    HttpRequest request,
    XrpcMethod method,
    Caller? caller,
    ClientAddress from,
    bool allowLocalhost,
    CancellationToken cancellation)
{
    /// <summary>Maximum number of entries per page of a list or log.</summary>
    public const int MaxPageSize = 100;

    /// <summary>The account that issued the token.</summary>
    /// <exception cref="InvalidOperationException">The method needs no token.</exception>
    public Caller Caller => caller ?? throw new InvalidOperationException("The method needs no token.");

    /// <summary>The caller's address, charged for lookups that the call causes.</summary>
    public ClientAddress From => from;

    /// <summary>The request's deadline.</summary>
    public CancellationToken Cancellation => cancellation;

    /// <summary>A HEAD request: creates nothing and returns no secret.</summary>
    public bool IsProbe => HttpMethods.IsHead(request.Method);

    /// <summary>The JSON body of a procedure; null if it is empty.</summary>
    /// <exception cref="KeyserverException">PayloadTooLarge, UnsupportedMediaType or InvalidRequest.</exception>
    public async Task<T?> ReadBodyAsync<T>(JsonTypeInfo<T> type)
        where T : class
    {
        // A slow body uses up its own call's deadline only.
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(
            cancellation, request.HttpContext.RequestAborted);
        return await XrpcBody.ReadAsync(request, type, method.MaxBody, reading.Token);
    }

    /// <summary>Writes the response.</summary>
    public Task WriteAsync<T>(T value, JsonTypeInfo<T> type, string cacheControl = XrpcResponse.NoStore) =>
        XrpcResponse.WriteAsync(request.HttpContext.Response, value, type, cacheControl);

    public GroupId GroupId(string? value) =>
        TryGroupId(value, out var id)
            ? id
            : throw Invalid(
                "group_id must be {owner DID}#{name}, where '#' is sent as %23 in a URL and the name has 1-128 "
                + "characters of A-Z a-z 0-9 . _ : ~ -");

    public bool TryGroupId(string? value, out GroupId id) =>
        Identifiers.GroupId.TryParse(value, allowLocalhost, out id);

    public Did Did(string name, string? value) =>
        Identifiers.Did.TryParse(value, allowLocalhost, out var did)
            ? did
            : throw Invalid($"{name} must be a did:plc or did:web.");

    /// <summary>A required parameter of the query string.</summary>
    public string Required(string name) => Optional(name) ?? throw Missing(name);

    /// <summary>
    /// A parameter of the query string; null if it is absent or empty, since generated clients send <c>cursor=</c> for
    /// a parameter that is not set. Does not build the framework's dictionary of all parameters.
    /// </summary>
    public string? Optional(string name)
    {
        string? found = null;
        foreach (var parameter in new QueryStringEnumerable(request.QueryString.Value))
        {
            if (!parameter.DecodeName().Span.Equals(name, StringComparison.OrdinalIgnoreCase))
                continue;
            if (found is not null)
                throw Invalid($"The parameter {name} must not be repeated.");
            found = parameter.DecodeValue().ToString();
        }

        return string.IsNullOrEmpty(found) ? null : found;
    }

    /// <summary>The values of a parameter that may be repeated, in their order; some may be empty.</summary>
    /// <param name="name">The parameter, which must occur at least once.</param>
    /// <param name="max">Maximum number of values.</param>
    public IReadOnlyList<string> Repeated(string name, int max)
    {
        var values = new List<string>();
        foreach (var parameter in new QueryStringEnumerable(request.QueryString.Value))
        {
            if (!parameter.DecodeName().Span.Equals(name, StringComparison.OrdinalIgnoreCase))
                continue;
            if (values.Count == max)
                throw Invalid($"The parameter {name} must not occur more than {max} times.");
            values.Add(parameter.DecodeValue().ToString());
        }

        return values.Count > 0 ? values : throw Missing(name);
    }

    /// <summary>The version in the query string: 1 to 2³¹−1.</summary>
    public int? OptionalVersion() => Optional("version") switch
    {
        null => null,
        var text when TryVersion(text, out var version) => version,
        _ => throw Invalid("version must be a whole number from 1 to 2147483647."),
    };

    public static bool TryVersion(ReadOnlySpan<char> text, out int version)
    {
        version = 0;
        // The framework's parser ignores trailing NULs.
        return !text.ContainsAnyExceptInRange('0', '9')
            && int.TryParse(text, CultureInfo.InvariantCulture, out version)
            && version > 0;
    }

    /// <summary>The requested page size: 1 to <paramref name="max"/>.</summary>
    public int Limit(int ifAbsent = 50, int max = MaxPageSize) => Optional("limit") switch
    {
        null => ifAbsent,
        var text when text.All(char.IsAsciiDigit) && int.TryParse(text, CultureInfo.InvariantCulture, out var limit)
            && limit > 0 && limit <= max => limit,
        _ => throw Invalid($"limit must be a whole number from 1 to {max}."),
    };

    /// <summary>A version in the body.</summary>
    public static int? CheckVersion(string name, int? version) =>
        version is null or > 0 ? version : throw Invalid($"{name} must be a whole number from 1 to 2147483647.");

    /// <summary>Free text of at most 256 characters (graphemes) and 768 bytes, as in the lexicons.</summary>
    /// <returns>The visible text, for the access log; null if there is none.</returns>
    public static string? CheckReason(string? reason)
    {
        const int maxBytes = 768;
        if (reason is not null
            && (Encoding.UTF8.GetByteCount(reason) > maxBytes || new StringInfo(reason).LengthInTextElements > 256))
            throw Invalid("reason must not exceed 256 characters or 768 bytes.");
        return VisibleText.Of(reason, maxBytes);
    }

    /// <summary>
    /// A time in the body, as in <see href="https://atproto.com/specs/lexicon#datetime"/>, rounded down to the
    /// millisecond.
    /// </summary>
    public static DateTimeOffset? CheckTime(string name, string? text)
    {
        if (text is null)
            return null;
        var match = TimePattern().Match(text);
        // Digits after the third are removed first: the framework's parser rounds at the seventh.
        if (!match.Success
            || !DateTimeOffset.TryParse(
                text.Remove(match.Groups[1].Index, match.Groups[1].Length), CultureInfo.InvariantCulture, out var time))
            throw Invalid($"{name} must be a time such as 2030-01-23T10:30:00.000Z.");
        return DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());
    }

    [GeneratedRegex(
        @"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,3}([0-9]{0,17}))?"
        + @"(?:Z|(?!-00:00)[+-][0-9]{2}:[0-9]{2})\z")]
    private static partial Regex TimePattern();

    private static KeyserverException Missing(string name) => Invalid($"The parameter {name} is missing.");

    public static KeyserverException Invalid(string message) => new(ErrorName.InvalidRequest, message);
}
