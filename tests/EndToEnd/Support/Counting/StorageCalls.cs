namespace AtpKeyserver.Tests.EndToEnd.Support.Counting;

/// <summary>Storage requests by kind, and the rows that they read or wrote.</summary>
/// <param name="Reads">Reads of one row, found or not.</param>
/// <param name="Queries">Query pages.</param>
/// <param name="Writes">Writes of one row, including deletions, and creations of tables.</param>
/// <param name="Transactions">The number of operations in each.</param>
/// <param name="Rows">One per read or write, the returned rows of a query, and the operations of a transaction.</param>
public sealed record StorageCalls(int Reads, int Queries, int Writes, IReadOnlyList<int> Transactions, int Rows)
{
    public int Requests => Reads + Queries + Writes + Transactions.Count;

    /// <summary><c>2 reads, 1 transaction of 4</c>; <c>none</c>.</summary>
    public override string ToString()
    {
        var parts = new List<string>();
        Add(Reads, "read", "reads");
        Add(Queries, "query", "queries");
        Add(Writes, "write", "writes");
        foreach (var same in Transactions.GroupBy(operations => operations).OrderBy(same => same.Key))
            parts.Add($"{same.Count()} {(same.Count() == 1 ? "transaction" : "transactions")} of {same.Key}");
        return parts.Count == 0 ? "none" : string.Join(", ", parts);

        void Add(int count, string one, string many)
        {
            if (count > 0)
                parts.Add($"{count} {(count == 1 ? one : many)}");
        }
    }
}
