using AtpKeyserver.Tests.Deployment.Bicep;

namespace AtpKeyserver.Tests.Deployment;

/// <summary>The Kusto language service accepts every query with the tables of Azure Monitor.</summary>
public sealed class KustoQueryTests
{
    private static readonly Dictionary<string, string> Broken = new()
    {
        ["an unknown column"] = "AppMetrics | where Nam == \"keyserver.calls\"",
        ["an unknown table"] = "AppMetric | count",
        ["an unknown function"] = "AppMetrics | extend A = tostrin(Name)",
        ["a column that was left out before"] = "AppMetrics | summarize Calls = sum(Sum) by Name | where ItemCount > 0",
        ["a missing expression"] = "AppMetrics | where",
        ["an open bracket"] = "AppMetrics | where (Sum > 1",
        ["an expression that was not evaluated"] = "[format('AppMetrics | where Name == {0}', variables('name'))]",
    };

    private static readonly Lazy<IReadOnlyDictionary<string, string[]>> Found = new(() =>
        NodeScript.Run("queries.mjs", Broken.Concat(Queries).ToDictionary()));

    public static TheoryData<string> Mistakes => new(Broken.Keys);

    private static IEnumerable<KeyValuePair<string, string>> Queries =>
        KustoQueries.Alerts.Concat(KustoQueries.Workbook).Concat(KustoQueries.Documents);

    [Fact]
    public void Every_query_is_valid() =>
        Findings.AssertNone(Queries.SelectMany(query =>
            Found.Value[query.Key].Select(finding => $"{query.Key}: {finding}")));

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_in_a_query_is_found(string query) =>
        Assert.NotEmpty(Found.Value[query]);

    [Fact]
    public void The_number_of_queries_is_known()
    {
        Assert.Equal(
            Infrastructure.Predict(Infrastructure.AllOptions).OfType(KustoQueries.AlertType)
                .Select(KustoQueries.NameOf).Order(),
            KustoQueries.Alerts.Keys.Order());
        Assert.NotEmpty(KustoQueries.Workbook);
        Assert.NotEmpty(KustoQueries.Documents);
    }
}
