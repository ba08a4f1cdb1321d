using AtpKeyserver.Storage;

namespace AtpKeyserver.Tests.Unit.Storage;

public sealed class RowKeysTests
{
    [Theory]
    [InlineData("did:plc:abc#friends", "did:plc:abc=23friends")]
    [InlineData("did:web:localhost%3A8080", "did:web:localhost=253A8080")]
    [InlineData("a/b\\c?d", "a=2Fb=5Cc=3Fd")]
    [InlineData("a=23", "a=3D23")]
    [InlineData("tab\tdel\u007F", "tab=09del=7F")]
    [InlineData("did:plc:abc", "did:plc:abc")]
    public void Escapes_both_ways(string text, string escaped)
    {
        Assert.Equal(escaped, RowKeys.Escape(text));
        Assert.Equal(text, RowKeys.Unescape(escaped));
    }

    [Theory]
    [InlineData("=2")]
    [InlineData("=")]
    [InlineData("=GG")]
    public void Refuses_what_it_did_not_make(string escaped) => Assert.Throws<FormatException>(() => RowKeys.Unescape(escaped));

    [Fact]
    public void Keys_of_the_longest_group_fit_into_512_characters()
    {
        var did = "did:web:" + string.Join('.', Enumerable.Repeat(new string('a', 62), 4)) + ".b";
        var partition = RowKeys.Partition($"{did}#{new string('~', 128)}");
        Assert.InRange(partition.Length + "~0".Length, 1, 512);
        Assert.InRange(RowKeys.Membership(partition, "member", $"{did}#{new string('~', 128)}").Length, 1, 512);
        Assert.InRange(RowKeys.Member(partition, did).Length, 1, 512);
    }

    [Fact]
    public void Versions_sort_by_their_number()
    {
        string[] keys = [.. new[] { 1, 2, 9, 10, 11, 1_000_000_000, int.MaxValue }.Select(v => RowKeys.Version("p", v))];
        Assert.Equal(keys.Order(StringComparer.Ordinal), keys);
    }
}
