using AtpKeyserver.Storage;

namespace AtpKeyserver.Tests.Unit.Storage;

public sealed class RowKeysTests
{
    private const string Partition = "0123456789abcdef0123456789abcdef";

    [Fact]
    public void Keys_contain_only_allowed_characters_and_end_in_the_partitions_digits()
    {
        string[] keys =
        [
            RowKeys.Head(Partition), RowKeys.Account(Partition), RowKeys.Version(Partition, 1),
                RowKeys.Member(Partition, Partition),
            RowKeys.Delegate(Partition, Partition), RowKeys.Event(Partition, "0123.add_member"),
                RowKeys.Membership(Partition, "owner", Partition),
        ];
        Assert.All(keys, key => Assert.Matches("^[A-Za-z0-9:._]+~01234567$", key));
        Assert.Equal(keys.Length, keys.Distinct().Count());
    }

    [Fact]
    public void Versions_sort_by_their_number()
    {
        string[] keys =
            [.. new[] { 1, 2, 9, 10, 11, 1_000_000_000, int.MaxValue }.Select(v => RowKeys.Version(Partition, v))];
        Assert.Equal(keys.Order(StringComparer.Ordinal), keys);
    }
}
