using System.Globalization;
using System.Numerics;
using AtpKeyserver.Errors;
using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Tests.Fuzz.Engine;
using Microsoft.AspNetCore.Http;

namespace AtpKeyserver.Tests.Fuzz.Targets;

/// <summary>A query string: each parameter at most once, and numbers only in their range.</summary>
internal sealed class QueryTarget() : Target("query", typeof(XrpcCall))
{
    /// <summary>Kestrel's limit of a request line.</summary>
    public override int MaxLength => 8 * 1024;

    public override long MaxAllocation => 4 << 20;

    public override IEnumerable<string> Words =>
    [
        "group_id=", "&group_id=", "version=", "&version=", "&limit=", "limit=", "&cursor=", "did=", "%23", "%", "%00",
        "%2", "+", "&",
        "=", "%31", "100", "101",
        "did%3Aplc%3Aabcdefghijklmnopqrstuvwx%23friends",
    ];

    public override bool Run(byte[] input)
    {
        var request = new DefaultHttpContext().Request;
        request.QueryString = new QueryString("?" + System.Text.Encoding.Latin1.GetString(input));
        var call = Call.Of(request);
        var version = Read(() => call.OptionalVersion() ?? 0);
        FindingException.Unless(
            Equals(version, Expected(request, "version", int.MaxValue, absent: 0)), "The version is wrong.");
        var limit = Read(() => call.Limit());
        FindingException.Unless(
            Equals(limit, Expected(request, "limit", XrpcCall.MaxPageSize, absent: 50)), "The limit is wrong.");
        var group = Read(() => call.GroupId(call.Required("group_id")).Value);
        FindingException.Unless(
            group is null
                || (request.Query["group_id"].Count == 1 && request.Query["group_id"].ToString().Equals(group)),
            "The group is wrong.");
        var did = Read(() => call.Did("did", call.Required("did")).Value);
        FindingException.Unless(
            did is null || (request.Query["did"].Count == 1 && request.Query["did"].ToString().Equals(did)),
            "The account is wrong.");
        _ = Read(() => call.Optional("cursor"));
        return version is not null && limit is not null && (group is not null || did is not null);
    }

    /// <summary>The value of a numeric parameter of any length; null if it must be refused.</summary>
    private static object? Expected(HttpRequest request, string name, int most, int absent)
    {
        var values = request.Query[name];
        if (values.Count == 0 || values is [""])
            return absent;
        return values.Count == 1 && values[0] is { Length: > 0 } text && text.All(char.IsAsciiDigit)
            && BigInteger.Parse(text, CultureInfo.InvariantCulture) is var number && number > 0 && number <= most
                ? (int)number
                : null;
    }

    private static object? Read(Func<object?> read)
    {
        try
        {
            return read();
        }
        catch (KeyserverException e)
        {
            Call.Refused(e);
            return null;
        }
    }
}
