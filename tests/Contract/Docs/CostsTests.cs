using System.Text.Json;
using AtpKeyserver.DevStack;
using AtpKeyserver.Perf.Scaling;

namespace AtpKeyserver.Tests.Contract.Docs;

/// <summary>
/// The monthly costs in docs/DEPLOYMENT.md follow from measured figures (docs/SCALING.md) and example prices.
/// </summary>
public sealed class CostsTests
{
    private static readonly string Docs = Path.Combine(AzuriteProcess.RepositoryRoot(), "docs");

    [Fact]
    public void The_document_has_the_tables_that_the_program_prints()
    {
        Assert.Equal(BillOf(new Prices()).Table(Deployment.All), TableOfDocument("| a month |"));
        Assert.Equal(
            new MillionKeys(new Assumptions(), Counts(), new Prices()).Table(), TableOfDocument("| a million keys |"));
    }

    [Fact]
    public void A_price_changes_only_its_own_row()
    {
        var before = BillOf(new Prices()).RowsOf(Deployment.All[1]);

        var after = BillOf(Prices.Read("""{"tableOperations":0.072}""")).RowsOf(Deployment.All[1]);

        var row = Assert.Single(after.Zip(before), row => row.First != row.Second);
        Assert.Equal("table operations", row.First.What);
        Assert.Equal(2 * row.Second.Amount, row.First.Amount, 6);
    }

    [Fact]
    public void Every_price_is_used() => Assert.All(
        typeof(Prices).GetProperties().Where(price => price.PropertyType == typeof(double)),
        price =>
            Assert.NotEqual(Sum("{}"), Sum($$"""{"{{JsonNamingPolicy.CamelCase.ConvertName(price.Name)}}":1000}""")));

    [Fact]
    public void An_unknown_price_is_refused() =>
        Assert.Throws<JsonException>(() => Prices.Read("""{"tableOperation":1}"""));

    private static double Sum(string prices) =>
        BillOf(Prices.Read(prices)).RowsOf(Deployment.All[2]).Sum(row => row.Amount);

    private static Bill BillOf(Prices prices)
    {
        var assume = new Assumptions();
        return new Bill(new Model(assume, Counts()), assume, prices);
    }

    private static Costs Counts() => new Counted(File.ReadAllLines(Path.Combine(Docs, "SCALING.md"))).Costs();

    private static IEnumerable<string> TableOfDocument(string start) =>
        File.ReadLines(Path.Combine(Docs, "DEPLOYMENT.md"))
            .SkipWhile(line => !line.StartsWith(start, StringComparison.Ordinal))
            .TakeWhile(line => line.StartsWith('|'));
}
