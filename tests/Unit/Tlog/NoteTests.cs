using System.Text;
using AtpKeyserver.Tlog;

namespace AtpKeyserver.Tests.Unit.Tlog;

/// <summary>Signed notes, keys and cosignatures (c2sp.org/signed-note, c2sp.org/tlog-cosignature).</summary>
public sealed class NoteTests
{
    /// <summary>The example of signed-note.</summary>
    private const string Vkey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

    private const string Signature =
        "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=";

    private const string Example = $"This is an example message.\n\n— example.com/foo {Signature}\n";

    private const string Name = "log.example/tlog";

    private static readonly byte[] Seed = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    private static readonly byte[] Text = "log.example/tlog\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"u8
        .ToArray();

    [Fact]
    public void The_example_of_the_specification_verifies()
    {
        Assert.True(VerifierKey.TryParse(Vkey, out var key));
        Assert.Equal(Vkey, key.ToString());
        Assert.Equal(("example.com/foo", SignatureType.Ed25519, 0x530d903au), (key.Name, key.Type, key.KeyId));
        var note = Read(Example);
        Assert.Equal(new SignatureCheck(SignatureStatus.Valid, 0), note.Check(key));
        Assert.Equal(Example, Encoding.UTF8.GetString(note.Format()));
        Assert.Equal("This is an example message.\n", Encoding.UTF8.GetString(note.Text.Span));
    }

    [Fact]
    public void The_text_may_have_empty_lines_and_Unicode()
    {
        const string text = "Ognuno sta solo sul cuor della terra\n"
            + "trafitto da un raggio di sole:\n\ned è subito sera.\n";
        var note = Read($"{text}\n— quasimodo.example/salvatore "
            + "NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n");
        Assert.Equal(text, Encoding.UTF8.GetString(note.Text.Span));
        Assert.Equal("quasimodo.example/salvatore", Assert.Single(note.Signatures).Name);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("text\n")]
    [InlineData("text\n\n")]
    [InlineData("text\n\ntext\n")]
    [InlineData($"text\n— name {Signature}\n")]
    [InlineData($"text\n\n— name {Signature}")]
    [InlineData($"text\n\n— name {Signature}\n\n")]
    [InlineData($"text\n\n— name {Signature}\ntext\n")]
    [InlineData($"text\n\n— name  {Signature}\n")]
    [InlineData($"text\n\n—  name {Signature}\n")]
    [InlineData($"text\n\n— name {Signature} \n")]
    [InlineData($"text\n\n—name {Signature}\n")]
    [InlineData($"text\n\n- name {Signature}\n")]
    [InlineData($"text\n\n– name {Signature}\n")]
    [InlineData($"text\n\n— na+me {Signature}\n")]
    [InlineData($"text\n\n— na\u00a0me {Signature}\n")]
    [InlineData($"text\n\n— na\u2003me {Signature}\n")]
    [InlineData($"text\n\n— na\u3000me {Signature}\n")]
    [InlineData($"text\n\n— {Signature}\n")]
    [InlineData("text\n\n— name \n")]
    [InlineData("text\n\n— name AAAA\n")]
    [InlineData("text\n\n— name AAAAAA==\n")]
    [InlineData("text\n\n— name AAAAAAB=\n")]
    [InlineData("text\n\n— name AAAAAA A\n")]
    [InlineData("text\n\n— name AAAAAAA\n")]
    [InlineData("text\n\n— name AAAAAA_-\n")]
    [InlineData($"te\txt\n\n— name {Signature}\n")]
    [InlineData($"te\0xt\n\n— name {Signature}\n")]
    [InlineData($"text\r\n\r\n— name {Signature}\r\n")]
    public void A_malformed_note_is_refused(string text) =>
        Assert.False(Note.TryParse(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void Invalid_UTF8_is_refused()
    {
        var bytes = Encoding.UTF8.GetBytes(Example);
        bytes[3] = 0xFF;
        Assert.False(Note.TryParse(bytes, out _));
    }

    [Fact]
    public void The_number_of_signatures_and_the_size_are_bounded()
    {
        var line = $"— name {Signature}\n";
        Assert.Equal(64, Read("text\n\n" + string.Concat(Enumerable.Repeat(line, 64))).Signatures.Count);
        Assert.False(Note.TryParse(
            Encoding.UTF8.GetBytes("text\n\n" + string.Concat(Enumerable.Repeat(line, 65))), out _));
        var longText = new string('x', Note.MaxSize - Encoding.UTF8.GetByteCount(line) - 2);
        Read($"{longText}\n\n{line}");
        Assert.False(Note.TryParse(Encoding.UTF8.GetBytes($"{longText}x\n\n{line}"), out _));
        Read($"text\n\n— {new string('n', 255)} {Signature}\n");
        Assert.False(Note.TryParse(Encoding.UTF8.GetBytes($"text\n\n— {new string('n', 256)} {Signature}\n"), out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("example.com/foo")]
    [InlineData("example.com/foo+530d903a")]
    [InlineData("example.com/foo+530d903a+")]
    [InlineData("+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")]
    [InlineData("example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")]
    [InlineData("example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")]
    [InlineData("example.com/fop+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")]
    [InlineData("example.com/foo+530d903a+BOkyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")]
    [InlineData("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U0=")]
    [InlineData("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k\n")]
    [InlineData("example.com/foo+0530d903+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k+")]
    [InlineData("exam ple.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")]
    public void A_malformed_vkey_is_refused(string vkey) => Assert.False(VerifierKey.TryParse(vkey, out _));

    [Fact]
    public void A_signature_is_verified_with_its_key_only()
    {
        using var signer = new NoteSigner(Name, Seed);
        using var other = new NoteSigner("other.example", Seed);
        var note = new Note(Text, [signer.Sign(Text)]);
        Assert.Equal(SignatureStatus.Valid, note.Check(signer.VerifierKey).Status);
        Assert.Equal(SignatureStatus.Missing, note.Check(other.VerifierKey).Status);
        var both = new Note(Text, [other.Sign("something else\n"u8), signer.Sign(Text)]);
        Assert.Equal(SignatureStatus.Valid, both.Check(signer.VerifierKey).Status);
        Assert.Equal(SignatureStatus.Invalid, both.Check(other.VerifierKey).Status);
        var mixed = new Note(Text, [signer.Sign(Text), signer.Sign("something else\n"u8)]);
        Assert.Equal(SignatureStatus.Invalid, mixed.Check(signer.VerifierKey).Status);
    }

    [Fact]
    public void A_note_with_any_flipped_bit_does_not_verify()
    {
        using var signer = new NoteSigner(Name, Seed);
        using var cosigner = new Cosigner(Name, [.. Seed.Reverse()]);
        var bytes = new Note(Text, [signer.Sign(Text), cosigner.Cosign(Text, 1_700_000_000)]).Format();
        foreach (var changed in Changes.Of(bytes))
        {
            var isValid = Note.TryParse(changed, out var note)
                && note.Check(signer.VerifierKey).Status == SignatureStatus.Valid
                && note.Check(cosigner.VerifierKey).Status == SignatureStatus.Valid;
            Assert.False(isValid);
        }
    }

    [Fact]
    public void A_cosignature_shows_its_time()
    {
        using var cosigner = new Cosigner("witness.example", Seed);
        var key = cosigner.VerifierKey;
        Assert.True(VerifierKey.TryParse(key.ToString(), out var read));
        Assert.Equal((SignatureType.Cosignature, key.KeyId), (read.Type, read.KeyId));
        var note = new Note(Text, [cosigner.Cosign(Text, 5), cosigner.Cosign(Text, 7), cosigner.Cosign(Text, 6)]);
        Assert.Equal(new SignatureCheck(SignatureStatus.Valid, 7), note.Check(read));
        var last = new Note(Text, [cosigner.Cosign(Text, long.MaxValue)]);
        Assert.Equal(long.MaxValue, last.Check(key).Timestamp);
        var signature = last.Signatures[0].Signature.ToArray();
        signature[0] |= 0x80;
        Assert.Equal(
            SignatureStatus.Invalid, new Note(Text, [last.Signatures[0] with { Signature = signature }]).Check(key)
                .Status);
        Assert.Throws<ArgumentOutOfRangeException>(() => cosigner.Cosign(Text, -1));
    }

    [Fact]
    public void A_signature_of_another_length_is_invalid()
    {
        using var signer = new NoteSigner(Name, Seed);
        using var cosigner = new Cosigner(Name, Seed);
        foreach (var length in new[] { 1, 7, 8, 63, 65, 71, 72, 73, 2428 })
        {
            var key = length == 72 ? signer.VerifierKey : cosigner.VerifierKey;
            var note = new Note(Text, [new NoteSignature(Name, key.KeyId, new byte[length])]);
            Assert.Equal(SignatureStatus.Invalid, note.Check(key).Status);
            note = new Note(Text, [new NoteSignature(Name, signer.VerifierKey.KeyId, new byte[length])]);
            Assert.Equal(SignatureStatus.Invalid, note.Check(signer.VerifierKey).Status);
        }
    }

    /// <summary>The signature types have different messages and key ids, as signed-note requires.</summary>
    [Fact]
    public void A_cosignature_is_no_signature()
    {
        using var signer = new NoteSigner(Name, Seed);
        using var cosigner = new Cosigner(Name, Seed);
        Assert.NotEqual(signer.VerifierKey.KeyId, cosigner.VerifierKey.KeyId);
        var signature = signer.Sign(Text);
        var wrong = new NoteSignature(Name, cosigner.VerifierKey.KeyId, signature.Signature);
        Assert.Equal(SignatureStatus.Invalid, new Note(Text, [wrong]).Check(cosigner.VerifierKey).Status);
    }

    [Fact]
    public void Invalid_parts_are_refused()
    {
        using var signer = new NoteSigner(Name, Seed);
        var signature = signer.Sign(Text);
        Assert.Throws<ArgumentException>(() => new Note(default, [signature]));
        Assert.Throws<ArgumentException>(() => new Note("no newline"u8.ToArray(), [signature]));
        Assert.Throws<ArgumentException>(() => new Note("tab\t\n"u8.ToArray(), [signature]));
        Assert.Throws<ArgumentException>(() => new Note(Text, []));
        Assert.Throws<ArgumentException>(() => new Note(Text, [.. Enumerable.Repeat(signature, 65)]));
        Assert.Throws<ArgumentException>(() => new NoteSigner("a b", Seed));
        Assert.Throws<ArgumentException>(() => new NoteSigner(Name, Seed.AsSpan(1)));
        Assert.Throws<ArgumentException>(() => new Cosigner("", Seed));
        Assert.False(VerifierKey.TryCreate(Name, (SignatureType)6, signer.VerifierKey.Bytes.Span, out _));
        Assert.False(VerifierKey.TryCreate(Name, SignatureType.Ed25519, default, out _));
        Assert.False(KeyName.IsValid("half \ud800 pair"));
        Assert.False(KeyName.IsValid("\ud800"));
    }

    private static Note Read(string text)
    {
        Assert.True(Note.TryParse(Encoding.UTF8.GetBytes(text), out var note));
        return note;
    }
}
