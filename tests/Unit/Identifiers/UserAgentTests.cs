using System.Text;
using AtpKeyserver.Identifiers;

namespace AtpKeyserver.Tests.Unit.Identifiers;

/// <summary>The user agent in the access log is safe to display in a list.</summary>
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
    // An invisible language tag of two-unit characters.
    [InlineData("a\udb40\udc01\udb40\udc65b", "ab")]
    public void Visible_text_is_kept(string? sent, string? kept) => Assert.Equal(kept, UserAgent.Clean(sent));

    [Fact]
    public void Keeps_at_most_256_units_and_no_split_character()
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
