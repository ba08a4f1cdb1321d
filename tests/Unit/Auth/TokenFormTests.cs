using System.Security.Cryptography;
using System.Text;
using AtpKeyserver.Errors;
using AtpKeyserver.Tests.Unit.Identity;

namespace AtpKeyserver.Tests.Unit.Auth;

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

        await Refusals.ShouldBeRefusedAsync(() => _auth.AuthenticateHeaderAsync(header), ErrorName.AuthenticationRequired);
    }

    [Theory]
    [InlineData("Bearer {0}")]
    [InlineData("bearer {0}")]
    [InlineData("BEARER {0}")]
    [InlineData("Bearer  {0}")]
    public async Task Takes_the_scheme_in_any_case(string header) =>
        Assert.Equal(Documents.Plc, await _auth.AuthenticateHeaderAsync(header.Replace("{0}", Good(), StringComparison.Ordinal)));

    [Theory]
    [InlineData("Bearer {0} ")]
    [InlineData("Bearer {0},Bearer {0}")]
    [InlineData("Bearer {0}, {0}")]
    [InlineData("Bearer {0}\n")]
    [InlineData("Bearer {0}=")]
    [InlineData("Bearer {0}é")]
    [InlineData("Bearer {0}\ud800")]
    [InlineData("Bearer {0}.")]
    [InlineData("Bearer .{0}")]
    [InlineData("Bearer .")]
    [InlineData("Bearer ..")]
    [InlineData("Bearer ...")]
    [InlineData("Bearer a")]
    public async Task Refuses_a_header_when_it_is_not_three_segments_of_base64url(string header)
    {
        header = header.Replace("{0}", Good(), StringComparison.Ordinal);

        await Refusals.ShouldBeRefusedAsync(() => _auth.AuthenticateHeaderAsync(header), ErrorName.BadJwt);
        Assert.Equal(0, _auth.LookUps);
    }

    [Fact]
    public async Task Accepts_a_token_of_8_KiB_and_refuses_one_character_more()
    {
        var longest = OfLength(8192);
        Assert.Equal(8192, longest.Length);
        Assert.Equal(Documents.Plc, await _auth.AuthenticateAsync(longest));

        var tooLong = OfLength(8194);
        Assert.Equal(8194, tooLong.Length);
        await Refusals.ShouldBeRefusedAsync(() => _auth.AuthenticateAsync(tooLong), ErrorName.BadJwt);
        await Refusals.ShouldBeRefusedAsync(() => _auth.AuthenticateAsync(longest + "A"), ErrorName.BadJwt);
    }

    public static TheoryData<string, byte[]> BadJson() => new()
    {
        { "empty", [] },
        { "null", "null"u8.ToArray() },
        { "an array", "[]"u8.ToArray() },
        { "a string", "\"a\""u8.ToArray() },
        { "a byte-order mark", [0xef, 0xbb, 0xbf, .. Encoding.UTF8.GetBytes(new Token().Payload)] },
        { "UTF-16", Encoding.Unicode.GetBytes(new Token().Payload) },
        { "a stray byte in a string", [.. "{\"x\":\""u8, 0xff, .. "\","u8, .. Encoding.UTF8.GetBytes(new Token().Payload[1..])] },
        { "an overlong letter", [.. "{\"x\":\""u8, 0xc1, 0x81, .. "\","u8, .. Encoding.UTF8.GetBytes(new Token().Payload[1..])] },
        { "a surrogate in UTF-8", [.. "{\"x\":\""u8, 0xed, 0xa0, 0x80, .. "\","u8, .. Encoding.UTF8.GetBytes(new Token().Payload[1..])] },
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

        await Refusals.ShouldBeRefusedAsync(() => _auth.AuthenticateAsync(Token.Sign(header, json, _auth.Key)), ErrorName.BadJwt);
        await Refusals.ShouldBeRefusedAsync(() => _auth.AuthenticateAsync(Token.Sign(json, payload, _auth.Key)), ErrorName.BadJwt);
        Assert.Equal(0, _auth.LookUps);
    }

    [Fact]
    public async Task Survives_any_bytes()
    {
        var good = Encoding.ASCII.GetBytes(Good());
        var random = new byte[16];
        for (var i = 0; i < 5_000; i++)
        {
            RandomNumberGenerator.Fill(random);
            var bytes = good.ToArray();
            for (var change = 0; change <= random[0] % 3; change++)
                bytes[BitConverter.ToUInt16(random, 1 + 3 * change) % bytes.Length] = random[3 + 3 * change];
            var token = Encoding.Latin1.GetString(bytes, 0, bytes.Length - (random[15] > 250 ? random[14] : 0));

            var outcome = await Record.ExceptionAsync(() => _auth.AuthenticateAsync(token));

            Assert.True(outcome is KeyserverException || (outcome is null && token == Good()), token);
        }
    }

    public void Dispose() => _auth.Dispose();

    private string Good() => _good ??= new Token().Sign(_auth.Key);

    private string OfLength(int length)
    {
        for (var filler = length / 2; ; filler++)
        {
            var token = new Token { MorePayload = $"\"x\":\"{new string('a', filler)}\"" }.Sign(_auth.Key);
            if (token.Length >= length)
                return token;
        }
    }
}
