using System.Security.Cryptography;
using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;

namespace AtpKeyserver.Tests.Unit.Crypto;

public sealed class SealedFormTests
{
    private static readonly Binding Place = new("groups", "did:plc:a=23g", "v:0000000001~00", 1, 1);

    private readonly SealingKey _key = new(RandomNumberGenerator.GetBytes(32), number: 1);
    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(32);

    [Fact]
    public void Opens_with_its_own_binding()
    {
        using var opened = _key.Open(SealPurpose.GroupKey, Place, Seal());
        Assert.Equal(_secret, opened.Reveal().ToArray());
    }

    [Fact]
    public void Has_the_documented_layout()
    {
        var form = Seal();
        Assert.Equal(_secret.Length + 78, form.Length);
        Assert.Equal([0x01, 0x02, 0, 0, 0, 1], form[..6]);
    }

    [Fact]
    public void Each_sealing_is_different() => Assert.NotEqual(Seal(), Seal());

    [Fact]
    public void Does_not_open_with_any_flipped_bit()
    {
        var form = Seal();
        for (var bit = 0; bit < form.Length * 8; bit++)
        {
            var flipped = (byte[])form.Clone();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<TamperedException>(() => _key.Open(SealPurpose.GroupKey, Place, flipped));
        }
    }

    [Fact]
    public void Does_not_open_when_truncated()
    {
        var form = Seal();
        for (var length = 0; length < form.Length; length++)
            Assert.Throws<TamperedException>(() => _key.Open(SealPurpose.GroupKey, Place, form.AsSpan(0, length)));
    }

    public static TheoryData<Binding> OtherPlaces => new(
        Place with { Table = "accounts" },
        Place with { Partition = "did:plc:a=23h" },
        Place with { Row = "v:0000000002~00" },
        Place with { Version = 2 },
        Place with { Generation = 2 },
        // The same bytes, split differently: the binding includes lengths.
        Place with { Table = "groupsd", Partition = "id:plc:a=23g" });

    [Theory]
    [MemberData(nameof(OtherPlaces))]
    public void Does_not_open_with_another_binding(Binding other) =>
        Assert.Throws<TamperedException>(() => _key.Open(SealPurpose.GroupKey, other, Seal()));

    [Fact]
    public void Does_not_open_for_another_purpose() =>
        Assert.Throws<TamperedException>(() => _key.Open(SealPurpose.PrivateKey, Place, Seal()));

    [Fact]
    public void Does_not_open_with_another_key_of_the_same_number() =>
        Assert.Throws<TamperedException>(
            () => new SealingKey(RandomNumberGenerator.GetBytes(32), 1).Open(SealPurpose.GroupKey, Place, Seal()));

    [Fact]
    public void Secrets_are_zeroed_when_disposed()
    {
        var opened = _key.Open(SealPurpose.GroupKey, Place, Seal());
        opened.Dispose();
        Assert.Equal(new byte[32], opened.Reveal().ToArray());
    }

    [Fact]
    public void ToString_of_a_secret_does_not_reveal_it()
    {
        using var opened = _key.Open(SealPurpose.GroupKey, Place, Seal());
        Assert.Equal("Secret", opened.ToString());
    }

    private byte[] Seal() => _key.Seal(SealPurpose.GroupKey, Place, _secret);
}
