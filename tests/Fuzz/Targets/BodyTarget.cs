using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AtpKeyserver.Errors;
using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Tests.Fuzz.Engine;
using Microsoft.AspNetCore.Http;

namespace AtpKeyserver.Tests.Fuzz.Targets;

/// <summary>
/// A body is read as a plain JSON reader reads it, or refused; a body that was read can be written and read again.
/// </summary>
/// <param name="check">The method's checks of the members.</param>
internal sealed class BodyTarget<T>(string name, JsonTypeInfo<T> type, Action<XrpcCall, T> check)
    : Target(name, typeof(XrpcBody), typeof(T), typeof(XrpcCall))
    where T : class
{
    private const int MaxDepth = 16;

    public override int MaxLength => XrpcBody.MaxLength + 2;

    public override IEnumerable<string> Words =>
    [
        .. type.Properties.Select(property => $"\"{property.Name}\":"),
        .. type.Properties.Select(property => $",\"{property.Name}\":null"),
        "did:plc:abcdefghijklmnopqrstuvwx", "did:plc:abcdefghijklmnopqrstuvwx#friends", "add_member", "rotate_key",
        "group\\u005fid",
        "true", "null", "[]", "{}",
        "2030-01-23T10:30:00.000Z", "2147483647", "\\ud83d\\udd11", "\\ud800", "\u0301", "\uFEFF", "DELETE_ALL_MY_DATA",
        "$type", "$ref",
    ];

    public override bool Run(byte[] input)
    {
        T? value;
        try
        {
            value = Read(input);
        }
        catch (KeyserverException e)
        {
            return Call.Refused(
                e, input.Length > XrpcBody.MaxLength ? ErrorName.PayloadTooLarge : ErrorName.InvalidRequest);
        }

        FindingException.Unless(value is null == (input.Length == 0), "Only an empty body counts as absent.");
        if (value is null)
            return true;
        var json = input.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? input[Encoding.UTF8.Preamble.Length..] : input;
        FindingException.Unless(PlainJson.Object(json, MaxDepth) is not null, "The body is not a JSON object.");
        var plain = PlainJson.Object(json, MaxDepth)!.Value;
        var written = JsonSerializer.SerializeToUtf8Bytes(value, type);
        var read = PlainJson.Object(written, MaxDepth)!.Value;
        foreach (var property in type.Properties)
        {
            var members = plain.EnumerateObject().Where(member => IsNamed(member, property.Name)).ToList();
            FindingException.Unless(members.Count < 2, "A member is repeated.");
            var isSet = read.TryGetProperty(property.Name, out var kept);
            FindingException.Unless(
                isSet == (members.Count == 1 && members[0].Value.ValueKind != JsonValueKind.Null),
                "A member was lost or invented.");
            FindingException.Unless(
                !isSet || JsonElement.DeepEquals(kept, members[0].Value), "A plain reader gets another value.");
        }

        // Other escapes may make it longer than a body may be.
        FindingException.Unless(
            written.Length > XrpcBody.MaxLength
                || JsonElement.DeepEquals(read, JsonSerializer.SerializeToElement(Read(written)!, type)),
            "The value does not round-trip.");
        return Check(value);
    }

    private T? Read(byte[] body)
    {
        var request = new DefaultHttpContext().Request;
        request.Body = new MemoryStream(body);
        request.ContentType = "application/json";
        return XrpcBody.ReadAsync(request, type, XrpcBody.MaxLength, CancellationToken.None).GetAwaiter().GetResult();
    }

    private bool Check(T value)
    {
        try
        {
            check(Call.Of(new DefaultHttpContext().Request), value);
            return true;
        }
        catch (KeyserverException e)
        {
            return Call.Refused(e);
        }
    }

    private static bool IsNamed(JsonProperty member, string name)
    {
        try
        {
            return member.NameEquals(name);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
