using System.Text;
using AtpKeyserver.Errors;
using AtpKeyserver.Tests.Unit.Identity;

namespace AtpKeyserver.Tests.Unit.Authentication;

/// <summary>The header, the segments and the bytes of the JSON.</summary>
public sealed class TokenFormTests : IDisposable
{
    private readonly TestAuth _auth = new();
    private string? _good;

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Bearer   ")]
    [InlineData("Basic {0}")]
    [InlineData("DPoP {0}")]
    [InlineData("{0}")]
    [InlineData("Bearer{0}")]
    [InlineData("Bearer\t{0}")]
    [InlineData(" Bearer {0}")]
    public async Task Asks_for_a_token_when_the_header_has_none(string? header)
    {
        header = header?.Replace("{0}", Good(), StringComparison.Ordinal);

        await Refusals.ShouldBeRefusedAsync(
            () => _auth.AuthenticateHeaderAsync(header), ErrorName.AuthenticationRequired);
    }

    [Theory]
    [InlineData("Bearer {0}")]
    [InlineData("bearer {0}")]
    [InlineData("BEARER {0}")]
    [InlineData("Bearer  {0}")]
    public async Task Accepts_the_scheme_in_any_case(string header) =>
        Assert.Equal(Documents.Plc,
            await _auth.AuthenticateHeaderAsync(header.Replace("{0}", Good(), StringComparison.Ordinal)));

    [Theory]
    [InlineData(8191, true)]
    [InlineData(8192, true)]
    [InlineData(8193, false)]
    [InlineData(8194, false)]
    [InlineData(65536, false)]
    public async Task Accepts_a_token_of_8_KiB_and_refuses_one_character_more(int length, bool accepts)
    {
        var token = OfLength(length);
        if (accepts)
            Assert.Equal(Documents.Plc, await _auth.AuthenticateAsync(token));
        else
            await Refusals.ShouldBeRefusedAsync(() => _auth.AuthenticateAsync(token), ErrorName.BadJwt);
    }

    public static TheoryData<string, byte[]> BadJson() => new()
    {
        { "empty", [] },
        { "null", "null"u8.ToArray() },
        { "an array", "[]"u8.ToArray() },
        { "a string", "\"a\""u8.ToArray() },
        { "a number", "1"u8.ToArray() },
        { "true", "true"u8.ToArray() },
        { "white space", " \t\r\n"u8.ToArray() },
        { "an array with it inside", Encoding.UTF8.GetBytes($"[{new Token().Payload}]") },
        { "it as a string", Encoding.UTF8.GetBytes(System.Text.Json.JsonSerializer.Serialize(new Token().Payload)) },
        { "base64url again", Encoding.UTF8.GetBytes("eyJ0eXAiOiJKV1QifQ") },
        { "a null byte", [0] },
        { "a null byte before it", [0, .. Encoding.UTF8.GetBytes(new Token().Payload)] },
        { "a byte-order mark alone", [0xef, 0xbb, 0xbf] },
        { "a byte-order mark of UTF-16", [0xff, 0xfe, .. Encoding.Unicode.GetBytes(new Token().Payload)] },
        { "UTF-32", Encoding.UTF32.GetBytes(new Token().Payload) },
        { "a form feed before it", [0x0c, .. Encoding.UTF8.GetBytes(new Token().Payload)] },
        { "a no-break space before it", [0xc2, 0xa0, .. Encoding.UTF8.GetBytes(new Token().Payload)] },
        { "a line comment", Encoding.UTF8.GetBytes("//x\n" + new Token().Payload) },
        { "an overlong slash of three bytes", Inside(0xe0, 0x80, 0xaf) },
        { "an overlong null", Inside(0xc0, 0x80) },
        { "half a letter of two bytes", Inside(0xc3) },
        { "a letter beyond Unicode", Inside(0xf4, 0x90, 0x80, 0x80) },
        { "a letter of five bytes", Inside(0xf8, 0x88, 0x80, 0x80, 0x80) },
        { "a line in a string", Inside((byte)'\n') },
        { "a null byte in a string", Inside(0) },
        { "a wrong escape", Inside((byte)'\\', (byte)'x') },
        { "half an escape", Inside((byte)'\\', (byte)'u', (byte)'1') },
        { "single quotes", Encoding.UTF8.GetBytes(new Token().Payload.Replace('"', '\'')) },
        { "names without quotes", "{exp:1800000055}"u8.ToArray() },
        { "an array without an end", Encoding.UTF8.GetBytes(new string('[', 5000)) },
        { "5,000 arrays", Encoding.UTF8.GetBytes(new string('[', 2500) + new string(']', 2500)) },
        { "Infinity", Encoding.UTF8.GetBytes(new Token { Exp = "Infinity" }.Payload) },
        { "minus Infinity", Encoding.UTF8.GetBytes(new Token { Exp = "-Infinity" }.Payload) },
        { "hexadecimal", Encoding.UTF8.GetBytes(new Token { Exp = "0x6B49D237" }.Payload) },
        { "a point at the end", Encoding.UTF8.GetBytes(new Token { Exp = "1800000055." }.Payload) },
        { "a point at the start", Encoding.UTF8.GetBytes(new Token { Exp = ".5" }.Payload) },
        { "an empty exponent", Encoding.UTF8.GetBytes(new Token { Exp = "18e" }.Payload) },
        { "a number with separators", Encoding.UTF8.GetBytes(new Token { Exp = "1_800_000_055" }.Payload) },
        { "undefined", Encoding.UTF8.GetBytes(new Token { Exp = "undefined" }.Payload) },
        { "True", Encoding.UTF8.GetBytes(new Token { Exp = "True" }.Payload) },
        { "a byte-order mark", [0xef, 0xbb, 0xbf, .. Encoding.UTF8.GetBytes(new Token().Payload)] },
        { "UTF-16", Encoding.Unicode.GetBytes(new Token().Payload) },
        { "a stray byte in a string", Inside(0xff) },
        { "an overlong letter", Inside(0xc1, 0x81) },
        { "a surrogate in UTF-8", Inside(0xed, 0xa0, 0x80) },
        { "a comment", Encoding.UTF8.GetBytes(new Token().Payload + "/**/") },
        { "a trailing comma", Encoding.UTF8.GetBytes(new Token().Payload[..^1] + ",}") },
        { "two objects", Encoding.UTF8.GetBytes(new Token().Payload + "{}") },
        { "half an object", Encoding.UTF8.GetBytes(new Token().Payload[..^1]) },
        { "a null byte after it", Encoding.UTF8.GetBytes(new Token().Payload + "\0") },
        { "NaN", Encoding.UTF8.GetBytes(new Token { Exp = "NaN" }.Payload) },
        { "a leading zero", Encoding.UTF8.GetBytes(new Token { Exp = "01800000055" }.Payload) },
        { "a plus sign", Encoding.UTF8.GetBytes(new Token { Exp = "+1800000055" }.Payload) },
    };

    [Theory]
    [MemberData(nameof(BadJson))]
    public async Task Refuses_a_token_when_a_segment_is(string what, byte[] json)
    {
        Assert.NotEmpty(what);
        var header = Encoding.UTF8.GetBytes(new Token().Header);
        var payload = Encoding.UTF8.GetBytes(new Token().Payload);

        await Refusals.ShouldBeRefusedAsync(
            () => _auth.AuthenticateAsync(Token.Sign(header, json, _auth.Key)), ErrorName.BadJwt);
        await Refusals.ShouldBeRefusedAsync(
            () => _auth.AuthenticateAsync(Token.Sign(json, payload, _auth.Key)), ErrorName.BadJwt);
        Assert.Equal(0, _auth.Lookups);
    }

    public void Dispose() => _auth.Dispose();

    /// <summary>A valid payload with these bytes in a string.</summary>
    private static byte[] Inside(params byte[] bytes) =>
        [.. "{\"x\":\""u8, .. bytes, .. "\","u8, .. Encoding.UTF8.GetBytes(new Token().Payload[1..])];

    private string Good() => _good ??= new Token().Sign(_auth.Key);

    /// <summary>A base64url length is never 1 modulo 4, so the padding is split between header and payload.</summary>
    private string OfLength(int length)
    {
        for (var more = 0; ; more++)
        {
            var header = new Token { MoreHeader = $"\"x\":\"{new string('a', more)}\"" };
            var least = (length - 500) * 3 / 4;
            for (var filler = least; filler < least + 500; filler++)
            {
                var token = header with { MorePayload = $"\"x\":\"{new string('a', filler)}\"" };
                if (Letters(token.Header.Length) + Letters(token.Payload.Length) + Letters(64) + 2 == length)
                    return token.Sign(_auth.Key);
            }
        }

        static int Letters(int bytes) => (bytes * 4 + 2) / 3;
    }
}
