namespace AtpKeyserver.Perf.Scaling;

/// <summary>Prints the forecast for several numbers of users.</summary>
internal static class ForecastTable
{
    public static void Print(IReadOnlyList<Forecast> forecasts, Model model)
    {
        Console.WriteLine();
        Line("users", f => $"{f.Users:#,0}");
        Line("---", _ => "---");
        Line("calls a month, million", f => $"{f.Calls / 1e6:#,0.0}");
        Line("calls a second, at the peak", f => $"{f.PeakCalls:#,0.0}");
        Line("storage requests a month, million", f => $"{f.Requests / 1e6:#,0.0}");
        Line("storage requests a call", f => $"{f.RequestsACall:0.0}");
        Line("rows a second, at the peak", f => $"{f.PeakRows:#,0}");
        Line("vault requests a month", f => $"{f.VaultRequests:#,0}");
        Line("DID lookups a second, at the peak", f => $"{f.PeakLookups:#,0.0}");
        Line("stored: accounts and groups, GiB", f => $"{f.KeyGiB:#,0.00}");
        Line("stored: access log, GiB", f => $"{f.LogGiB:#,0.0}");
        Line("instances at the peak", f => $"{f.Instances:0}");
        Line("storage accounts", f => $"{f.Accounts:0}");
        Line("vaults", _ => "1");
        Console.WriteLine();
        foreach (var part in model.Parts())
            Console.WriteLine($"| {part.What} | {part.Value:#,0.##} {part.Unit} |");
        Console.WriteLine($"One vault opens all keys of {model.StartsIn10s:0} instances in 10 s.");
        Console.WriteLine();

        void Line(string what, Func<Forecast, string> of) =>
            Console.WriteLine($"| {what} | {string.Join(" | ", forecasts.Select(of))} |");
    }
}
