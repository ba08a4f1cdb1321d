using System.Text;
using AtpKeyserver.Identifiers;

namespace AtpKeyserver.Tests.Unit.Xrpc;

/// <summary>What the access log keeps of a user agent can be shown in a list and does no harm there.</summary>
public sealed class UserAgentTests
{
    [Theory]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData("\0\u001b\u0085\u200b", null)]
    [InlineData("client/1.0 (test; \u00fc)", "client/1.0 (test; \u00fc)")]
    [InlineData("a\u001b[31mb", "a[31mb")]
    [InlineData("a\u202eb\u2066c\u200dd\ufeffe", "abcde")]
    [InlineData("a\u2028b\u2029c\ue000d\u0378e", "abcde")]
    [InlineData("a\ufffdb", "a\ufffdb")]
    [InlineData("\ud83d\udd11", "\ud83d\udd11")]
    // A language tag of invisible characters, each of two units.
    [InlineData("a\udb40\udc01\udb40\udc65b", "ab")]
    public void Visible_text_is_kept(string? sent, string? kept) => Assert.Equal(kept, UserAgent.Clean(sent));

    [Fact]
    public void At_most_256_units_are_kept_and_no_half_character()
    {
        for (var length = 250; length < 260; length++)
        {
            var kept = UserAgent.Clean(new string('a', length) + "\ud83d\udd11" + new string('b', 300))!;
            Assert.InRange(kept.Length, 255, UserAgent.MaxLength);
            Assert.DoesNotContain('\ufffd', kept);
            Assert.InRange(Encoding.UTF8.GetByteCount(kept), 1, 768);
        }
    }

    [Fact]
    public void Hidden_characters_do_not_count() =>
        Assert.Equal(new string('a', 256), UserAgent.Clean(string.Concat(Enumerable.Repeat("\u200ba", 300))));
}
