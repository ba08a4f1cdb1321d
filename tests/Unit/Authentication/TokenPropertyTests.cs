using System.Buffers.Text;
using System.Text;
using AtpKeyserver.Errors;
using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Identity.Signatures;
using AtpKeyserver.Tests.Support;
using AtpKeyserver.Tests.Unit.Identity;
using Xunit.Abstractions;

namespace AtpKeyserver.Tests.Unit.Authentication;

/// <summary>
/// Properties of all tokens: every flipped bit is refused, and arbitrary bytes are refused without another error.
/// </summary>
public sealed class TokenPropertyTests(ITestOutputHelper output) : IDisposable
{
    private const int Mutations = 20_000;
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    private readonly TestAuth _auth = new();

    [Theory]
    [InlineData(EcCurve.Secp256k1)]
    [InlineData(EcCurve.P256)]
    public async Task Every_flipped_bit_of_the_text_is_refused(EcCurve curve)
    {
        var token = Sign(curve);
        await _auth.AuthenticateAsync(token);
        var letters = Encoding.Latin1.GetBytes(token);

        await FlipAllAsync(letters, () => Encoding.Latin1.GetString(letters));
    }

    [Theory]
    [InlineData(EcCurve.Secp256k1)]
    [InlineData(EcCurve.P256)]
    public async Task Every_flipped_bit_of_a_decoded_segment_is_refused(EcCurve curve)
    {
        var token = Sign(curve);
        await _auth.AuthenticateAsync(token);
        var segments = token.Split('.').Select(segment => Base64Url.DecodeFromChars(segment)).ToArray();

        foreach (var segment in segments)
            await FlipAllAsync(segment, () => string.Join('.', segments.Select(s => Base64Url.EncodeToString(s))));
    }

    [Theory]
    [InlineData(EcCurve.Secp256k1)]
    [InlineData(EcCurve.P256)]
    public async Task Any_bytes_are_refused_within_bounded_time(EcCurve curve)
    {
        var random = new SeededBytes(output);
        var good = Sign(curve);
        var time = TimeSpan.Zero;
        for (var i = 0; i < Mutations / 2; i++)
        {
            var token = (i % 4) switch
            {
                0 => Encoding.Latin1.GetString(random.Bytes(random.Below(600))),
                1 => Segments(random),
                _ => Mutated(good, random),
            };
            if (token != good)
                time += await AssertRefusedAsync(token);
        }

        output.WriteLine($"{Mutations / 2} tokens in {time}");
        Assert.InRange(time, TimeSpan.Zero, Bound);
    }

    public void Dispose() => _auth.Dispose();

    private static string Segments(SeededBytes random) =>
        string.Join('.', Enumerable.Range(0, 3).Select(_ => Base64Url.EncodeToString(random.Bytes(random.Below(200)))));

    /// <summary>
    /// One to eight mutations of the text or a segment: a byte is replaced, removed or doubled, or a piece is doubled
    /// or cut out.
    /// </summary>
    private static string Mutated(string good, SeededBytes random)
    {
        var segments = good.Split('.').Select(s => Base64Url.DecodeFromChars(s).ToList()).ToArray();
        var text = Encoding.Latin1.GetBytes(good).ToList();
        var inside = random.Below(2) == 0;
        for (var change = random.Below(8); change >= 0; change--)
        {
            var bytes = inside ? segments[random.Below(3)] : text;
            if (bytes.Count == 0)
                continue;
            var at = random.Below(bytes.Count);
            switch (random.Below(5))
            {
                case 0:
                    bytes[at] = (byte)random.Below(256);
                    break;
                case 1:
                    bytes.RemoveAt(at);
                    break;
                case 2:
                    bytes.Insert(at, bytes[at]);
                    break;
                case 3:
                    bytes.InsertRange(random.Below(bytes.Count), bytes.GetRange(at, random.Below(bytes.Count - at)));
                    break;
                default:
                    bytes.RemoveRange(at, random.Below(bytes.Count - at));
                    break;
            }
        }

        return inside
            ? string.Join('.', segments.Select(s => Base64Url.EncodeToString(s.ToArray())))
            : Encoding.Latin1.GetString(text.ToArray());
    }

    private async Task FlipAllAsync(byte[] bytes, Func<string> token)
    {
        for (var bit = 0; bit < 8 * bytes.Length; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            await AssertRefusedAsync(token());
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        output.WriteLine($"{8 * bytes.Length} bits");
    }

    /// <returns>The cost until the token was refused or a lookup began.</returns>
    private async Task<TimeSpan> AssertRefusedAsync(string token)
    {
        var refusal = Task.FromResult<Exception?>(null);
        var time = ThreadTime.Of(() => refusal = Record.ExceptionAsync(() => _auth.AuthenticateAsync(token))!);
        var outcome = await refusal;

        Assert.True(outcome is KeyserverException e && ErrorStatus.Of(e.Error) == 401, $"{token}: {outcome}");
        return time;
    }

    private string Sign(EcCurve curve) => curve == EcCurve.Secp256k1
        ? new Token().Sign(_auth.Key)
        : new Token { Alg = "\"ES256\"", Iss = $"\"{Documents.Web}\"" }.Sign(_auth.WebKey);
}
