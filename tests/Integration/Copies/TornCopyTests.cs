using AtpKeyserver.Copies;
using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Integration.Copies;

/// <summary>Changes that happen between the pages of a copy.</summary>
public sealed class TornCopyTests
{
    private const string Group = "0123456789abcdef0123456789abcdef";
    private const string Account = "fedcba9876543210fedcba9876543210";

    private static readonly TableEntity Head = new(Group, RowKeys.Head(Group));
    private static readonly TableEntity Delegate = new(Group, RowKeys.Delegate(Group, Account));
    private static readonly TableEntity Member = new(Group, RowKeys.Member(Group, Account));

    [Fact]
    public async Task A_delegate_removed_before_the_head_was_read_is_not_copied()
    {
        var copied = await TableCopy.HeadsFirst(Of(Delegate, Head, Member), _ => Of()).ToListAsync();
        Assert.Equal([Head, Member], copied);
    }

    [Fact]
    public async Task Delegates_are_copied_in_their_state_after_the_head()
    {
        var other = new TableEntity("1" + Group[1..], "m:1");
        var copied = await TableCopy.HeadsFirst(
            Of(Delegate, Head, Member, other), partition => partition == Group ? Of(Delegate) : Of()).ToListAsync();
        Assert.Equal([Head, Delegate, Member, other], copied);
    }

    [Fact]
    public async Task A_key_that_disappeared_during_the_copy_of_accounts_is_in_the_copy()
    {
        TableEntity old = new("keyring", "shard-00.0000000001"), now = new("keyring", "shard-00.0000000002"),
            root = new("keyring", "root");
        var rootBefore = new TableEntity("keyring", "root");
        Assert.Equal([root, now, old], await TableCopy.Join([rootBefore, old], Of(root, now)).ToListAsync());
    }

    private static IAsyncEnumerable<TableEntity> Of(params TableEntity[] rows) => rows.ToAsyncEnumerable();
}
