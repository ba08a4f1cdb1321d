using System.Globalization;
using AtpKeyserver.Functions.Endpoints.Groups;
using AtpKeyserver.Tests.Fuzz.Coverage;
using AtpKeyserver.Tests.Fuzz.Engine;
using AtpKeyserver.Tests.Fuzz.Targets;
using Xunit.Abstractions;

namespace AtpKeyserver.Tests.Fuzz;

/// <summary>
/// Parsers handle any bytes: each target runs its corpus, its former findings and a bounded number of mutations.
/// <c>KEYSERVER_FUZZ_SEED</c> replays a run. <c>KEYSERVER_FUZZ_EXECUTIONS</c> makes it longer and stores inputs that
/// reached new code in artifacts/fuzz.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int ShortRun = 10_000;

    public static TheoryData<string> Targets => [.. AllTargets.Names];

    [Theory]
    [MemberData(nameof(Targets))]
    public void Handles_any_bytes(string target)
    {
        var seed = ulong.Parse(Setting("KEYSERVER_FUZZ_SEED") ?? "20260101", CultureInfo.InvariantCulture);
        var longer = Setting("KEYSERVER_FUZZ_EXECUTIONS");
        var executions = longer is null ? ShortRun : int.Parse(longer, CultureInfo.InvariantCulture);
        var result = CoveredContext.Instance.Run(target, seed, executions, longer is not null);
        output.WriteLine($"KEYSERVER_FUZZ_SEED={seed}");
        output.WriteLine(result);
        Assert.StartsWith("ok ", result, StringComparison.Ordinal);
        Assert.DoesNotContain(" 0 accepted", result, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_folder_belongs_to_a_target() => Assert.Empty(Corpus.Folders.Except(AllTargets.Names));

    [Fact]
    public void Every_contract_record_has_a_target()
    {
        var inputs = typeof(GroupInput).Assembly.GetTypes()
            .Where(type => type.Name.EndsWith("Input", StringComparison.Ordinal)).Select(type => type.Name);
        Assert.Empty(inputs.Except(AllTargets.Records));
    }

    private static string? Setting(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
