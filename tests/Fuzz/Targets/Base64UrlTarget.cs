using System.Buffers.Text;
using System.Text;
using AtpKeyserver.Crypto;
using AtpKeyserver.Tests.Fuzz.Engine;

namespace AtpKeyserver.Tests.Fuzz.Targets;

/// <summary>Bytes have one encoding: the reader accepts exactly what the encoder writes.</summary>
internal sealed class Base64UrlTarget() : Target("base64url", typeof(StrictBase64Url))
{
    public override bool Run(byte[] input)
    {
        var decoded = new byte[input.Length];
        var accepted = StrictBase64Url.TryDecode(input, decoded, out var length);
        FindingException.Unless(accepted == IsCanonical(input), "Only canonical text may be accepted.");
        FindingException.Unless(
            !accepted || Base64Url.EncodeToString(decoded.AsSpan(0, length)) == Encoding.ASCII.GetString(input),
            "The encoding differs from the input.");
        return accepted;
    }

    private static bool IsCanonical(byte[] input)
    {
        try
        {
            var text = Encoding.ASCII.GetString(input);
            var padded = text.Replace('-', '+').Replace('_', '/').PadRight((text.Length + 3) / 4 * 4, '=');
            return Convert.ToBase64String(Convert.FromBase64String(padded)).TrimEnd('=').Replace('+', '-')
                .Replace('/', '_') == text;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
