using AtpKeyserver.Tests.Support;
using AtpKeyserver.Versions;

namespace AtpKeyserver.Tests.Unit.Versions;

public sealed class KeyVersionRunTests
{
    [Theory]
    [InlineData(new int[0], "")]
    [InlineData(new[] { 7 }, "7-7")]
    [InlineData(new[] { 3, 1, 2 }, "1-3")]
    [InlineData(new[] { 5, 5 }, "5-5")]
    [InlineData(new[] { 1, 10 }, "1-10")]
    [InlineData(new[] { 1, 11 }, "1-1 11-11")]
    [InlineData(new[] { 1, 10, 19, 29, 30 }, "1-19 29-30")]
    [InlineData(new[] { int.MaxValue, int.MaxValue - 9, 1 }, "1-1 2147483638-2147483647")]
    public void Numbers_with_at_most_8_others_between_them_share_a_run(int[] versions, string runs) =>
        Assert.Equal(
            runs, string.Join(' ', KeyVersionRun.Of(versions).Select(run => $"{run.First}-{run.Last}")));

    [Fact]
    public void Never_more_than_9_rows_per_version_are_read()
    {
        var dice = new Dice(1);
        for (var attempt = 0; attempt < 1000; attempt++)
        {
            var versions = Enumerable.Range(0, 1 + dice.Below(100)).Select(_ => 1 + dice.Below(600)).ToHashSet();
            var runs = KeyVersionRun.Of(versions);
            Assert.InRange(runs.Sum(run => run.Last - run.First + 1), versions.Count, 9 * versions.Count);
            Assert.All(versions, version =>
                Assert.Single(runs, run => run.First <= version && version <= run.Last));
        }
    }
}
