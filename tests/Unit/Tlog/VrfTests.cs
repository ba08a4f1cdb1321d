using AtpKeyserver.Tlog;

namespace AtpKeyserver.Tests.Unit.Tlog;

/// <summary>ECVRF-RISTRETTO255-SHA512, with the vector of c2sp.org/vrf-r255.</summary>
public sealed class VrfTests
{
    private const string Secret = "3431c2b03533e280b23232e280b34e2c3132c2b03238e280b23131e280b34500";
    private const string PublicKey = "54136cd90d99fbd1d4e855d9556efea87ba0337f2a6ce22028d0f5726fcb854e";
    private const string Alpha = "633273702e6f72672f7672662d72323535";
    private const string Element = "f245308737c2a888ba56448c8cdbce9d063b57b147e063ce36c580194ef31a63";
    private const string Nonce = "d32fcc5ae91ba05704da9df434f22fd4c2c373fdd8294bbb58bf27292aeec00a";

    private const string Proof = "0a97d961262fb549b4175c5117860f42ae44a123f93c476c439eddd1c0cff926"
        + "5c805525233e2284dbed45e593b8eea31d5ca9734d72bcbba9738d5237f955f3"
        + "b2422351149d1312503b6441a47c940c";

    private const string Output = "dd653f0879b48c3ef69e13551239bec4cbcc1c18fe8894de2e9e1c790e182736"
        + "03bf1c6c25d7a797aeff3c43fd32b974d3fcbd4bcce916007097922a3ea3a794";

    /// <summary>The group order, little-endian.</summary>
    private const string Order = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";

    private static readonly byte[] Input = Convert.FromHexString(Alpha);

    [Fact]
    public void The_vector_of_the_specification_is_met()
    {
        using var key = Key(Secret);
        Assert.Equal(PublicKey, Convert.ToHexStringLower(key.PublicKey.Bytes.Span));
        var proof = key.Prove(Input);
        Assert.Equal(Proof, Convert.ToHexStringLower(proof.Bytes.Span));
        Assert.Equal(Output, Convert.ToHexStringLower(proof.ToOutput()));
        Assert.True(key.PublicKey.TryVerify(Input, proof, out var output));
        Assert.Equal(Output, Convert.ToHexStringLower(output));
    }

    [Fact]
    public void The_steps_of_the_vector_are_met()
    {
        var element = new byte[32];
        VrfHash.ToElement(Convert.FromHexString(PublicKey), Input, element);
        Assert.Equal(Element, Convert.ToHexStringLower(element));
        var nonce = new byte[32];
        VrfHash.ToNonce(Convert.FromHexString(Secret), element, nonce);
        Assert.Equal(Nonce, Convert.ToHexStringLower(nonce));
    }

    [Fact]
    public void A_proof_with_any_flipped_bit_is_refused()
    {
        using var key = Key(Secret);
        foreach (var changed in Changes.Of(Convert.FromHexString(Proof)))
            Assert.False(VrfProof.TryParse(changed, out var proof) && key.PublicKey.TryVerify(Input, proof, out _));
        Assert.True(VrfProof.TryParse(Convert.FromHexString(Proof), out var valid));
        foreach (var changed in Changes.Of(Input))
            Assert.False(key.PublicKey.TryVerify(changed, valid, out _));
        foreach (var changed in Changes.Of(Convert.FromHexString(PublicKey)))
            Assert.False(VrfPublicKey.TryParse(changed, out var other) && other.TryVerify(Input, valid, out _));
    }

    [Fact]
    public void A_scalar_above_the_group_order_is_refused()
    {
        var order = Convert.FromHexString(Order);
        Assert.False(Ristretto255.IsScalar(order));
        order[0]--;
        Assert.True(Ristretto255.IsScalar(order));
        // s + order is the same number in another form.
        var proof = Convert.FromHexString(Proof);
        var carry = 0;
        for (var i = 0; i < 32; i++)
        {
            carry += proof[48 + i] + Convert.FromHexString(Order)[i];
            proof[48 + i] = (byte)carry;
            carry >>= 8;
        }

        Assert.Equal(0, carry);
        Assert.False(VrfProof.TryParse(proof, out _));
    }

    [Fact]
    public void Only_a_valid_key_is_read()
    {
        Assert.False(VrfPublicKey.TryParse(new byte[32], out _));
        Assert.False(VrfPublicKey.TryParse(Convert.FromHexString(PublicKey).AsSpan(1), out _));
        Assert.False(VrfPublicKey.TryParse([], out _));
        // Not below the field's prime; negative; no square root.
        foreach (var bad in new[]
        {
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            "0100000000000000000000000000000000000000000000000000000000000000",
            "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371",
        })
            Assert.False(VrfPublicKey.TryParse(Convert.FromHexString(bad), out _), bad);
        Assert.False(VrfSecretKey.TryImport(new byte[32], out _));
        Assert.False(VrfSecretKey.TryImport(Convert.FromHexString(Order), out _));
        Assert.False(VrfSecretKey.TryImport(new byte[31], out _));
    }

    [Fact]
    public void A_proof_of_zeros_is_no_proof_of_anything()
    {
        using var key = Key(Secret);
        Assert.True(VrfProof.TryParse(new byte[VrfProof.Size], out var proof));
        Assert.False(key.PublicKey.TryVerify(Input, proof, out var output));
        Assert.Null(output);
        Assert.False(VrfProof.TryParse(new byte[VrfProof.Size - 1], out _));
        Assert.False(VrfProof.TryParse(new byte[VrfProof.Size + 1], out _));
    }

    [Fact]
    public void Products_can_be_the_identity()
    {
        var element = Convert.FromHexString(Element);
        var product = Convert.FromHexString(Element);
        Ristretto255.Multiply(new byte[32], element, product);
        Assert.True(Ristretto255.IsIdentity(product));
        Assert.True(Ristretto255.IsElement(product));
        Ristretto255.Subtract(element, product, product);
        Assert.Equal(element, product);
        Ristretto255.MultiplyBase(new byte[32], product);
        Assert.True(Ristretto255.IsIdentity(product));
        Assert.Throws<ArgumentException>(() => Ristretto255.Multiply(element, [.. Enumerable.Repeat((byte)0xFF, 32)],
            product));
    }

    [Fact]
    public void A_new_key_proves_and_can_be_stored()
    {
        using var key = VrfSecretKey.Generate();
        var stored = new byte[VrfSecretKey.Size];
        key.Export(stored);
        using var same = Key(Convert.ToHexString(stored));
        foreach (var length in new[] { 0, 1, 100, 10_000 })
        {
            var input = new byte[length];
            var proof = key.Prove(input);
            Assert.Equal(proof.Bytes.Span, same.Prove(input).Bytes.Span);
            Assert.True(key.PublicKey.TryVerify(input, proof, out _));
            using var other = VrfSecretKey.Generate();
            Assert.False(other.PublicKey.TryVerify(input, proof, out _));
        }
    }

    [Fact]
    public void A_disposed_key_does_not_prove()
    {
        var key = VrfSecretKey.Generate();
        key.Dispose();
        Assert.Throws<ObjectDisposedException>(() => key.Prove([]));
        Assert.Throws<ObjectDisposedException>(() => key.Export(new byte[32]));
    }

    private static VrfSecretKey Key(string hex)
    {
        Assert.True(VrfSecretKey.TryImport(Convert.FromHexString(hex), out var key));
        return key;
    }
}
