namespace AtpKeyserver.Tests.EndToEnd.Histories;

/// <summary>Sets of accounts, one bit each.</summary>
internal static class Accounts
{
    public static bool Has(uint accounts, int account) => (accounts >> account & 1) != 0;

    public static IEnumerable<int> Of(uint accounts) =>
        Enumerable.Range(0, 32).Where(account => Has(accounts, account));

    public static string Names(uint accounts) => string.Join(' ', Of(accounts));
}
