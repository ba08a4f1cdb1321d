using System.Security.Cryptography;
using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Tests.Fuzz.Engine;

namespace AtpKeyserver.Tests.Fuzz.Targets;

/// <summary>
/// A form opens only unchanged. Any plaintext round-trips exactly, and fails to open after any bit of its form changed.
/// </summary>
internal sealed class SealedFormTarget() : Target("sealed-form", typeof(SealedForm), typeof(SealingKey))
{
    private static readonly byte[] Form = Vector.Hex("sealedForm", "form");

    private static readonly Binding Place = new(
        Vector.Text("sealedForm", "table"),
        Vector.Text("partitionKeys", "group"),
        Vector.Text("rowKeys", "version"),
        Vector.Number("sealedForm", "version"),
        Vector.Number("sealedForm", "generation"));

    private readonly SealingKey _key = new(Vector.Hex("key", "key"), Vector.Number("sealedForm", "keyNumber"));

    public override int MaxLength => 4096;

    public override bool Run(byte[] input)
    {
        var opened = Open(input);
        FindingException.Unless(opened is null || Same(input, Form), "A forged form opens.");
        FindingException.Unless(
            opened is null || Same(opened, Vector.Hex("sealedForm", "plaintext")),
            "The form opens with another plaintext.");
        _ = SealedForm.KeyNumber(input);
        RefusesUnknownKeys(input);

        var form = _key.Seal(SealPurpose.GroupKey, Place, input);
        FindingException.Unless(Open(form) is { } again && Same(again, input), "The plaintext does not round-trip.");
        var bit = SHA256.HashData(input) is var hash ? ((hash[0] << 8) | hash[1]) % (form.Length * 8) : 0;
        form[bit / 8] ^= (byte)(1 << (bit % 8));
        FindingException.Unless(Open(form) is null, "A form with a flipped bit opens.");
        return opened is not null;
    }

    private byte[]? Open(byte[] form)
    {
        try
        {
            using var secret = _key.Open(SealPurpose.GroupKey, Place, form);
            return secret.Reveal().ToArray();
        }
        catch (TamperedException)
        {
            return null;
        }
    }

    private static void RefusesUnknownKeys(byte[] form)
    {
        try
        {
            FindingException.Unless(
                Keyring.IsShardKey(Keyring.NumberOf(form)), "A form names an impossible key.");
        }
        catch (TamperedException)
        {
        }
    }

    private static bool Same(byte[] a, byte[] b) => CryptographicOperations.FixedTimeEquals(a, b);
}
