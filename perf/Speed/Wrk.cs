using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace AtpKeyserver.Perf.Speed;

/// <summary>
/// Runs <see href="https://github.com/wg/wrk">wrk</see> in a closed loop: each connection sends its next request after
/// the last response. Sends the requests of a file in turn, or each once.
/// </summary>
internal static class Wrk
{
    public const int Connections = 16;

    private const string Script = """
        local requests, sent, once = {}, 0, false
        function init(args)
            once = args[2] == "once"
            local headers, verb, path, body
            for line in io.lines(args[1]) do
                local kind, rest = line:sub(1, 1), line:sub(2)
                if kind == "R" then verb, path = rest:match("^(%S+) (.*)$"); headers, body = {}, nil
                elseif kind == "H" then local name, value = rest:match("^([^:]+): (.*)$"); headers[name] = value
                elseif kind == "B" then body = rest
                elseif kind == "." then requests[#requests + 1] = wrk.format(verb, path, headers, body) end
            end
        end
        function request()
            sent = sent + 1
            if once and sent > #requests then
                wrk.thread:stop()
                return requests[#requests]
            end
            return requests[(sent - 1) % #requests + 1]
        end
        function done(summary, latency)
            local errors = summary.errors
            print(string.format("RESULT %d %d %d %d %d", summary.requests, summary.duration,
                latency:percentile(50), latency:percentile(99),
                errors.connect + errors.read + errors.write + errors.status + errors.timeout))
        end
        """;

    /// <param name="origin">The target.</param>
    /// <param name="requests">Sent in turn.</param>
    /// <param name="seconds">The maximum duration.</param>
    /// <param name="once">Sends each request once; the run may then end early.</param>
    /// <param name="connections">The number of connections.</param>
    public static async Task<Run> SendAsync(
        Uri origin,
        IEnumerable<Request> requests,
        int seconds,
        bool once = false,
        int connections = Connections)
    {
        var folder = Directory.CreateTempSubdirectory("keyserver-speed");
        try
        {
            var (script, file) = (Path.Combine(folder.FullName, "load.lua"), Path.Combine(folder.FullName, "requests"));
            await File.WriteAllTextAsync(script, Script);
            await File.WriteAllTextAsync(file, Lines(origin, requests));
            return await StartAsync(
            [
                "-t1", $"-c{connections}", $"-d{seconds}s", "--timeout", "10s", "-s", script,
                $"http://127.0.0.1:{origin.Port}/", "--", file, once ? "once" : "again",
            ]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Lines(Uri origin, IEnumerable<Request> requests)
    {
        var text = new StringBuilder();
        foreach (var request in requests)
        {
            text.Append('R').Append(request.Verb).Append(' ').Append(request.Path).Append('\n');
            text.Append("HHost: ").Append(origin.Authority).Append('\n');
            foreach (var (name, value) in request.Headers)
                text.Append('H').Append(name).Append(": ").Append(value).Append('\n');
            if (request.Body.Length > 0)
                text.Append('B').Append(request.Body).Append('\n');
            text.Append(".\n");
        }

        return text.ToString();
    }

    private static async Task<Run> StartAsync(string[] arguments)
    {
        var start = new ProcessStartInfo("wrk", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Start(start);
        var cpu = 0.0;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        var ended = process.WaitForExitAsync();
        while (await Task.WhenAny(ended, Task.Delay(50)) != ended)
            cpu = Cpu.Of(process.Id) ?? cpu;
        var lines = (await output).Split('\n');
        var result = lines.FirstOrDefault(line => line.StartsWith("RESULT ", StringComparison.Ordinal));
        if (process.ExitCode != 0 || result is null)
        {
            throw new InvalidOperationException(
                $"wrk failed with status {process.ExitCode}: {await output}{await errors}");
        }

        var numbers = result.Split(' ')[1..]
            .Select(number => long.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        return new Run(numbers[0], numbers[1] / 1e6, numbers[2] / 1e3, numbers[3] / 1e3, numbers[4], cpu);
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException("The load generator wrk is missing. Run: apt-get install wrk", e);
        }
    }
}
