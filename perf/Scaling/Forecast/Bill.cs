namespace AtpKeyserver.Perf.Scaling;

/// <summary>The cost table of docs/DEPLOYMENT.md: volumes times prices.</summary>
internal sealed class Bill(Model model, Assumptions assume, Prices prices)
{
    internal const double GBAnInstance = 2;

    /// <summary>Assumed logs and metrics: GB per month of an idle app, and bytes per call.</summary>
    private const double TelemetryAtRest = 1, TelemetryACall = 450;

    /// <summary>Assumed bytes per lookup through the NAT gateway.</summary>
    private const double BytesALookup = 2_000;

    /// <summary>Assumed number of full table copies.</summary>
    private const double Copies = 1;

    public IEnumerable<string> Table(IReadOnlyList<Deployment> deployments)
    {
        var columns = deployments.Select(RowsOf).ToList();
        yield return Line(
            "a month", $"price ({prices.Source})", deployments.Select(each => $"{Short(each.Users)} users"));
        yield return $"|---|---|{string.Concat(columns.Select(_ => "---|"))}";
        yield return Line("calls", "", deployments.Select(each => Short(model.Of(each.Users).Calls)));
        for (var i = 0; i < columns[0].Count; i++)
        {
            var cells = columns.Select(rows => rows[i]).ToList();
            yield return Line(
                cells[0].What, cells[0].Price, cells.Select(cell => $"{Money(cell.Amount)} ({cell.Volume})"));
        }

        var sums = columns.Select(rows => TwoDigits(rows.Sum(row => row.Amount)));
        yield return Line("**together**", "", sums.Select(sum => $"**about {sum:#,0}**"));
    }

    /// <summary>The rows of one column.</summary>
    internal List<(string What, string Price, double Amount, string Volume)> RowsOf(Deployment rented)
    {
        var forecast = model.Of(rented.Users);
        var timers = Model.DaysAMonth * Counted.TimersADay.Values.Sum();
        var runs = forecast.Calls + assume.Probes + timers;
        // Always-ready instances do not run timers. Each run starts an instance, as does each call if none is ready.
        var onDemand = GBAnInstance * (rented.OnDemandHours is { } hours ? timers + (hours * 3_600) : runs);
        var ready = GBAnInstance * Model.SecondsAMonth * rented.AlwaysReady;
        var stored = forecast.KeyGiB + forecast.LogGiB;
        var telemetry = TelemetryAtRest + (forecast.Calls * TelemetryACall * rented.TelemetryShare / 1e9);
        var nat = rented.PrivateEndpoints > 0 ? 1 : 0;
        var lookups = forecast.PeakLookups / assume.Peak * Model.SecondsAMonth;
        var traffic = nat * (telemetry + (lookups * BytesALookup / 1e9));
        return
        [
            ("executions: calls, probes, timers", $"{prices.Executions} a million",
                runs / 1e6 * prices.Executions, Short(runs)),
            ("instances on demand", $"{prices.OnDemand:0.#######} a GB-s",
                onDemand * prices.OnDemand, $"{Short(onDemand)} GB-s"),
            ("always-ready instances, 2 GB",
                $"{prices.AlwaysReady:0.#######} a GB-s, {prices.AlwaysReadyActive:0.#######} more if active",
                ready * (prices.AlwaysReady + (rented.ActiveShare * prices.AlwaysReadyActive)),
                rented.AlwaysReady == 0
                    ? "none"
                    : $"{rented.AlwaysReady:0}, active {rented.ActiveShare:0%} of the time"),
            ("table operations", $"{prices.TableOperations} per 100,000",
                forecast.Requests / 1e5 * prices.TableOperations, Short(forecast.Requests)),
            ("table storage", $"{prices.TableStorage} a GB", stored * prices.TableStorage, Size(stored)),
            ("copies", $"{prices.CopyStorage} a GB", Copies * stored * prices.CopyStorage, Size(Copies * stored)),
            ("Key Vault, HSM key and operations", $"{prices.VaultKey} a key, {prices.VaultOperations} per 10,000",
                prices.VaultKey + (forecast.VaultRequests / 1e4 * prices.VaultOperations),
                Short(forecast.VaultRequests)),
            ("private network: endpoints, NAT",
                $"{prices.PrivateEndpoint} an endpoint, {prices.Nat} + {prices.NatTraffic} a GB",
                (rented.PrivateEndpoints * prices.PrivateEndpoint) + (nat * prices.Nat) + (traffic * prices.NatTraffic),
                nat == 0 ? "off" : $"{rented.PrivateEndpoints:0}, {Size(traffic)}"),
            ("logs and metrics", $"{prices.Telemetry} a GB", telemetry * prices.Telemetry,
                Size(telemetry) + (rented.TelemetryShare < 1 ? $", {rented.TelemetryShare:0%} kept" : "")),
            ("outside probes", $"{prices.Probe} a test", assume.Probes * prices.Probe, Short(assume.Probes)),
        ];
    }

    private static string Line(string what, string price, IEnumerable<string> cells) =>
        $"| {what} | {price} | {string.Join(" | ", cells)} |".Replace("|  |", "| |", StringComparison.Ordinal);

    private static string Money(double amount) => amount switch
    {
        <= 0 or >= 10 => $"{amount:#,0}",
        < 1 => $"{amount:0.00}",
        _ => $"{amount:0.0}",
    };

    private static string Size(double gigabytes) => gigabytes < 10 ? $"{gigabytes:0.0} GB" : $"{gigabytes:#,0} GB";

    private static string Short(double number) => number switch
    {
        >= 1e9 => $"{number / 1e9:0.#} billion",
        >= 1e6 => $"{number / 1e6:0.#} million",
        _ => $"{number:#,0}",
    };

    private static double TwoDigits(double amount)
    {
        var unit = amount < 100 ? 1 : Math.Pow(10, Math.Floor(Math.Log10(amount)) - 1);
        return Math.Round(amount / unit) * unit;
    }
}
