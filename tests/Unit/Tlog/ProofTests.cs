using System.Text;
using AtpKeyserver.Tlog;

namespace AtpKeyserver.Tests.Unit.Tlog;

/// <summary>Proofs as texts (c2sp.org/tlog-proof), with the extra line of this log.</summary>
public sealed class ProofTests
{
    private const string Hash1 = "gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=";

    private const string Note = $"example.com/fancylog\n109482\n{Hash1}\n\n— example.com/fancylog AAAAAAAA\n";

    private static readonly LogExample Example = new();

    [Fact]
    public void A_proof_verifies_offline()
    {
        Assert.True(TlogProof.TryParse(Example.Proof.ToString(), out var proof));
        Assert.Equal(SignatureStatus.Valid, proof.Note.Check(Example.Signer.VerifierKey).Status);
        Assert.True(ProofExtra.TryParse(proof.Extra.Span, out var extra));
        Assert.True(extra.TryMakeEntry(LogExample.Subject, Example.VrfKey.PublicKey, out var entry));
        Assert.Equal(Example.Entry, entry);
        Assert.True(proof.Includes(entry.LeafHash()));
        Assert.False(proof.Includes(TreeHash.Empty));
        Assert.True(LogEvent.TryParse(extra.Opening.EventBytes.Span, out var logEvent));
        Assert.Equal(LogExample.Event, logEvent);
    }

    [Fact]
    public void An_extra_with_any_flipped_bit_gives_no_entry_of_the_log()
    {
        foreach (var changed in Changes.Of(Example.Extra.Encode()))
        {
            Assert.False(ProofExtra.TryParse(changed, out var extra)
                && extra.TryMakeEntry(LogExample.Subject, Example.VrfKey.PublicKey, out var entry)
                && Example.Proof.Includes(entry.LeafHash()));
        }
    }

    [Fact]
    public void Another_subject_has_no_entry()
    {
        var other = ChainSubject.Keypair("did:web:mallory.example.com", "main");
        Assert.False(Example.Extra.TryMakeEntry(other, Example.VrfKey.PublicKey, out _));
    }

    [Theory]
    [InlineData($"c2sp.org/tlog-proof@v1\nindex 0\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nindex 9223372036854775807\n{Hash1}\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nextra AA==\nindex 73894\n{Hash1}\n{Hash1}\n\n{Note}")]
    public void A_proof_is_read_and_written(string text)
    {
        Assert.True(TlogProof.TryParse(text, out var proof));
        Assert.Equal(text, proof.ToString());
        Assert.Equal(("example.com/fancylog", 109482L), (proof.Checkpoint.Origin, proof.Checkpoint.Size));
    }

    [Theory]
    [InlineData("")]
    [InlineData("c2sp.org/tlog-proof@v1")]
    [InlineData("c2sp.org/tlog-proof@v1\n")]
    [InlineData($"c2sp.org/tlog-proof@v2\nindex 0\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1 \nindex 0\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\r\nindex 0\r\n\r\n{Note}")]
    [InlineData($"\nc2sp.org/tlog-proof@v1\nindex 0\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nextra \nindex 0\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nextra\nindex 0\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nextra AB==\nindex 0\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nextra AA\nindex 0\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nextra AA==\nextra AA==\nindex 0\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nindex 0\nextra AA==\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\n\nindex 0\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nindex\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nindex \n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nindex 00\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nindex -1\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nindex  1\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nindex 9223372036854775808\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nindex 0\nAA==\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nindex 0\n{Hash1} \n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nindex 0\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nindex 0\n\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nindex 0\n\n{Note}\n")]
    [InlineData($"c2sp.org/tlog-proof@v1\nindex 0\n\nno checkpoint\n\n— name AAAAAAAA\n")]
    public void Another_form_is_refused(string text) => Assert.False(TlogProof.TryParse(text, out _));

    [Fact]
    public void The_number_of_hashes_and_the_sizes_are_bounded()
    {
        var lines = string.Concat(Enumerable.Repeat(Hash1 + "\n", 63));
        Assert.True(TlogProof.TryParse($"c2sp.org/tlog-proof@v1\nindex 0\n{lines}\n{Note}", out var proof));
        Assert.False(TlogProof.TryParse($"c2sp.org/tlog-proof@v1\nindex 0\n{lines}{Hash1}\n\n{Note}", out _));
        var extra = Convert.ToBase64String(new byte[TlogProof.MaxExtraSize]);
        Assert.True(TlogProof.TryParse($"c2sp.org/tlog-proof@v1\nextra {extra}\nindex 0\n\n{Note}", out _));
        extra = Convert.ToBase64String(new byte[TlogProof.MaxExtraSize + 1]);
        Assert.False(TlogProof.TryParse($"c2sp.org/tlog-proof@v1\nextra {extra}\nindex 0\n\n{Note}", out _));
        Assert.False(TlogProof.TryParse(new string('x', TlogProof.MaxSize + 1), out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TlogProof(default, 0, new Hash[64], proof.Note));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TlogProof(default, -1, default, proof.Note));
        Assert.True(AtpKeyserver.Tlog.Note.TryParse(
            Encoding.UTF8.GetBytes("x\n\n— name AAAAAAAA\n"), out var note));
        Assert.Throws<ArgumentException>(() => new TlogProof(default, 0, default, note));
    }

    [Fact]
    public void An_extra_of_another_form_is_refused()
    {
        var bytes = Example.Extra.Encode();
        Assert.True(ProofExtra.TryParse(bytes, out _));
        // A sequence number above 2^63-1, one that is 0 behind a previous entry, and one without a previous entry.
        foreach (var change in new Action<byte[]>[]
        {
            changed => changed[80] = 0x80, changed => changed[87] = 0, changed => changed.AsSpan(88, 32).Clear(),
        })
        {
            var changed = bytes.ToArray();
            change(changed);
            Assert.False(ProofExtra.TryParse(changed, out _));
        }

        Assert.False(ProofExtra.TryParse(bytes.AsSpan(0, 152), out _));
        Assert.False(ProofExtra.TryParse(bytes.AsSpan(0, 119), out _));
        Assert.False(ProofExtra.TryParse(new byte[ProofExtra.MaxSize + 1], out _));
        Assert.Throws<ArgumentException>(
            () => new ProofExtra(Example.Extra.VrfProof, 1, default, Example.Extra.Opening));
        Assert.Throws<ArgumentException>(
            () => new ProofExtra(Example.Extra.VrfProof, 0, TreeHash.Empty, Example.Extra.Opening));
    }
}
