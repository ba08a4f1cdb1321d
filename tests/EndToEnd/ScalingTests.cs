using AtpKeyserver.DevStack;
using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Tests.EndToEnd.Support.Counting;

namespace AtpKeyserver.Tests.EndToEnd;

/// <summary>The storage requests of a call match docs/SCALING.md, which readers use for planning.</summary>
public sealed class ScalingTests(ScalingTests.Counting counting) : IClassFixture<ScalingTests.Counting>
{
    private static readonly string[] Document =
        File.ReadAllLines(Path.Combine(AzuriteProcess.RepositoryRoot(), "docs/SCALING.md"));

    public static TheoryData<string> Names => new(CountedMethods.All.Select(method => method.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_call_costs_what_the_document_says(string name)
    {
        // In the last minute of a day the log may use one more table.
        if (TimeProvider.System.GetUtcNow().TimeOfDay > new TimeSpan(23, 58, 0))
            return;
        var method = CountedMethods.All.Single(method => method.Name == name);

        var (first, later) = await method.CountAsync(counting.Stack.Stage);

        var counted = method.Line(first, later);
        Assert.True(Document.Contains(counted), $"docs/SCALING.md needs this row: {counted}");
        Assert.Equal(0, (first?.Vault ?? 0) + (later?.Vault ?? 0));
    }

    [Fact]
    public void Every_method_is_counted() => Assert.Equal(
        XrpcMethods.All.Select(method => method.Nsid[Sender.Prefix.Length..]).Order(),
        CountedMethods.All.Select(method => method.Name.Split(',')[0]).Distinct().Order());

    public sealed class Counting : IAsyncLifetime
    {
        public CountingStack Stack { get; private set; } = null!;

        public async Task InitializeAsync() => Stack = await CountingStack.StartAsync();

        public async Task DisposeAsync() => await Stack.DisposeAsync();
    }
}
