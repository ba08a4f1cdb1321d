using AtpKeyserver.Versions;

namespace AtpKeyserver.Tests.Unit.Versions;

public sealed class KeyVersionRangeTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;

    [Fact]
    public void A_version_is_revoked_when_its_successor_is_created()
    {
        var listed = KeyVersionRange.Of(null, active: 3, limit: 10)
            .StatusesOf([Version(1), Version(2), Version(3)], Version(3));
        Assert.Equal([Status(3, null), Status(2, 3), Status(1, 2)], listed);
    }

    [Fact]
    public void A_page_uses_the_row_above_but_does_not_list_it()
    {
        var range = KeyVersionRange.Of("4", active: 9, limit: 2);
        Assert.Equal((3, 4, false), (range.Lowest, range.Highest, range.IsFirst));
        Assert.Equal(
            [Status(4, 5), Status(3, 4)],
            range.StatusesOf([Version(2), Version(3), Version(4), Version(5)], Version(9)));
        Assert.Equal("2", range.NextAfter(isEarlierLife: false));
    }

    [Fact]
    public void A_version_without_its_successor_row_is_not_active() =>
        Assert.Equal(
            [Status(4, 9), Status(2, 4)],
            KeyVersionRange.Of("4", active: 9, limit: 3).StatusesOf([Version(1), Version(2), Version(4)], Version(9)));

    [Theory]
    [InlineData(null, 3, 5, 1, 3)]
    [InlineData(null, 1, 1, 1, 1)]
    [InlineData(null, int.MaxValue, 1000, int.MaxValue - 999, int.MaxValue)]
    [InlineData("1", 5, 1000, 1, 1)]
    [InlineData("7", 5, 2, 3, 4)]
    public void Pages_stay_within_1_and_the_active_version(
        string? after, int active, int limit, int lowest, int highest)
    {
        var range = KeyVersionRange.Of(after, active, limit);
        Assert.Equal((lowest, highest), (range.Lowest, range.Highest));
    }

    [Fact]
    public void The_cursor_records_that_a_page_is_below_leftover_versions()
    {
        Assert.Equal("2-", KeyVersionRange.Of("4", 9, 2).NextAfter(isEarlierLife: true));
        var below = KeyVersionRange.Of("2-", 9, 1);
        Assert.True(below.IsBelowEarlierLife);
        Assert.Equal("1-", below.NextAfter(isEarlierLife: false));
    }

    private static KeyVersionStatus Status(int version, int? successor) =>
        new(version, Start.AddDays(version), successor is { } next ? Start.AddDays(next) : null, null);

    private static KeyVersion Version(int number) => new(number, Start.AddDays(number), []);
}
