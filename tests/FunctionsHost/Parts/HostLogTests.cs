using AtpKeyserver.FunctionsHost;
using AtpKeyserver.Tests.FunctionsHost.Support;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Tests.FunctionsHost.Parts;

/// <summary>The log lines of the host.</summary>
public sealed class HostLogTests
{
    private readonly List<string> _lines = [];

    [Theory]
    [InlineData("Function.Sweep", LogLevel.Debug, true)]
    [InlineData("Function.Sweep.User", LogLevel.Debug, true)]
    [InlineData("Function.Sweeper", LogLevel.Debug, false)]
    [InlineData("Function", LogLevel.Warning, true)]
    [InlineData("function.Other", LogLevel.Information, false)]
    [InlineData("Host.Results", LogLevel.Critical, false)]
    [InlineData("Host.Other", LogLevel.Error, true)]
    [InlineData("Anything", LogLevel.Information, false)]
    [InlineData("Anything", LogLevel.None, false)]
    public void The_longest_matching_category_prefix_applies(string category, LogLevel level, bool isWritten)
    {
        Log(new()
        {
            ["default"] = LogLevel.Error,
            ["Function"] = LogLevel.Warning,
            ["Function.Sweep"] = LogLevel.Debug,
            ["Host.Results"] = LogLevel.None,
        }).Write(level, category, "0", "text", null);

        Assert.Equal(isWritten ? 1 : 0, _lines.Count);
    }

    [Fact]
    public void A_message_is_one_line()
    {
        Log([]).Write(LogLevel.Error, "A.B", "7", "two\nlines", "an exception\r\n   at a place");

        Assert.Equal(
            "2025-06-15T12:00:30.000Z fail: A.B[7] two lines an exception    at a place", Assert.Single(_lines));
    }

    [Fact]
    public void The_last_lines_are_those_of_the_worker()
    {
        var log = Log([]);
        log.WriteOutput("of another worker");
        log.ClearLines();
        foreach (var number in Enumerable.Range(1, 70))
            log.WriteOutput($"{number}");
        log.Error("of the host");

        Assert.Equal(string.Join(Environment.NewLine, Enumerable.Range(11, 60)), log.LastLines);
    }

    [Fact]
    public void Nothing_is_written_after_it_ends()
    {
        var log = Log([]);
        log.Close();
        log.WriteOutput("late");
        log.Error("later");

        Assert.Empty(_lines);
    }

    private HostLog Log(Dictionary<string, LogLevel> levels) =>
        new(_lines.Add, new Dictionary<string, LogLevel>(levels, StringComparer.OrdinalIgnoreCase), new ManualClock());
}
