using System.Numerics;
using System.Security.Cryptography;
using AtpKeyserver.Errors;
using AtpKeyserver.Identity.Signatures;
using AtpKeyserver.Tests.Unit.Identity;

namespace AtpKeyserver.Tests.Unit.Authentication;

public sealed class SignatureTests : IDisposable
{
    private const string OrderK256 = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141";
    private const string OrderP256 = "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551";

    private readonly TestAuth _auth = new();

    [Theory]
    [InlineData(EcCurve.Secp256k1, OrderK256)]
    [InlineData(EcCurve.P256, OrderP256)]
    public async Task Accepts_low_and_high_s(EcCurve curve, string order)
    {
        var token = Sign(curve);
        var signature = Token.SignatureOf(token);
        var other = Number(Convert.FromHexString(order)) - Number(signature[32..]);
        byte[] mirrored = [.. signature[..32], .. Bytes(other)];

        Assert.NotEqual(signature, mirrored);
        await _auth.AuthenticateAsync(token);
        await _auth.AuthenticateAsync(Token.WithSignature(token, mirrored));
    }

    [Fact]
    public async Task Refuses_a_signature_by_another_key()
    {
        using var stranger = Documents.NewKey();

        await Refusals.ShouldBeRefusedAsync(
            () => _auth.AuthenticateAsync(new Token().Sign(stranger)), ErrorName.BadJwtSignature);
    }

    [Fact]
    public async Task Refuses_a_token_when_its_alg_is_not_the_curve_of_the_key()
    {
        var token = new Token { Alg = "\"ES256\"" }.Sign(_auth.Key);

        await Refusals.ShouldBeRefusedAsync(() => _auth.AuthenticateAsync(token), ErrorName.BadJwtSignature);

        Assert.Equal(2, _auth.Lookups);
    }

    [Fact]
    public async Task Accepts_the_form_of_r_one_below_the_order()
    {
        var one = new byte[32];
        one[31] = 1;
        var last = Bytes(Number(Convert.FromHexString(OrderK256)) - 1);
        var token = Token.WithSignature(Sign(EcCurve.Secp256k1), [.. last, .. one]);

        await Refusals.ShouldBeRefusedAsync(() => _auth.AuthenticateAsync(token), ErrorName.BadJwtSignature);

        Assert.Equal(2, _auth.Lookups); // In range: only the key decides.
    }

    public void Dispose() => _auth.Dispose();

    private string Sign(EcCurve curve) => curve == EcCurve.Secp256k1
        ? new Token().Sign(_auth.Key)
        : new Token { Alg = "\"ES256\"", Iss = $"\"{Documents.Web}\"" }.Sign(_auth.WebKey);

    private static BigInteger Number(byte[] bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static byte[] Bytes(BigInteger number)
    {
        var bytes = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[32 - bytes.Length], .. bytes];
    }
}
