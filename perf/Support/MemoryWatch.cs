using System.Collections.Concurrent;
using System.Globalization;

namespace AtpKeyserver.Perf.Support;

/// <summary>Samples the memory of a process twice a second from <c>/proc/{pid}/status</c>.</summary>
internal sealed class MemoryWatch : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(0.5);

    private readonly string _status;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<double> _samples = new();
    private readonly Task _watching;

    public MemoryWatch(int process)
    {
        _status = $"/proc/{process}/status";
        _watching = WatchAsync();
    }

    /// <summary>Current resident memory in MB.</summary>
    public double Resident => Read("VmRSS");

    /// <summary>Peak resident memory in MB since the process started.</summary>
    public double HighWater => Read("VmHWM");

    /// <summary>The samples since the last call and a current one, in MB.</summary>
    public double[] Take()
    {
        var samples = new List<double>();
        while (_samples.TryDequeue(out var sample))
            samples.Add(sample);
        return [.. samples, Resident];
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _stop.Dispose();
    }

    private async Task WatchAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            _samples.Enqueue(Resident);
            await Task.Delay(Interval, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary><c>VmRSS:	  123456 kB</c></summary>
    private double Read(string name)
    {
        var line = File.ReadLines(_status).First(line => line.StartsWith(name, StringComparison.Ordinal));
        var kilobytes = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2];
        return double.Parse(kilobytes, CultureInfo.InvariantCulture) / 1024;
    }
}
