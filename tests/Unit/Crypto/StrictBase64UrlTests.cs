using System.Text;
using AtpKeyserver.Crypto;

namespace AtpKeyserver.Tests.Unit.Crypto;

public class StrictBase64UrlTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("AA", "00")]
    [InlineData("AAA", "0000")]
    [InlineData("AAAA", "000000")]
    [InlineData("_w", "FF")]
    [InlineData("__8", "FFFF")]
    [InlineData("-_-_", "FBFFBF")]
    [InlineData("AQIDBA", "01020304")]
    public void Decodes(string text, string bytes)
    {
        Assert.True(TryDecode(text, out var decoded));
        Assert.Equal(bytes, decoded);
    }

    [Theory]
    [InlineData("A")]
    [InlineData("AAAAA")]
    [InlineData("AB")] // 4 bits left over, the lowest set
    [InlineData("AI")] // the highest of them
    [InlineData("AAB")] // 2 bits left over
    [InlineData("AAC")]
    [InlineData("AA==")]
    [InlineData("AAA=")]
    [InlineData("AAAA=")]
    [InlineData("AAA%3D")]
    [InlineData(" AAAA")]
    [InlineData("AA AA")]
    [InlineData("AAAA\n")]
    [InlineData("AA\tA")]
    [InlineData("AA+A")]
    [InlineData("AA/A")]
    [InlineData("AA.A")]
    [InlineData("AA\0A")]
    public void Refuses(string text) => Assert.False(TryDecode(text, out _));

    private static bool TryDecode(string text, out string hex)
    {
        var into = new byte[text.Length];
        var decodes = StrictBase64Url.TryDecode(Encoding.ASCII.GetBytes(text), into, out var length);
        hex = Convert.ToHexString(into.AsSpan(0, length));
        return decodes;
    }
}
