using System.CommandLine;
using AtpKeyserver.Perf.AccessLog;
using AtpKeyserver.Perf.Client;
using AtpKeyserver.Perf.Content;
using AtpKeyserver.Perf.Erasure;
using AtpKeyserver.Perf.Export;
using AtpKeyserver.Perf.Flood;
using AtpKeyserver.Perf.Keys;
using AtpKeyserver.Perf.Lists;
using AtpKeyserver.Perf.Members;
using AtpKeyserver.Perf.Restore;
using AtpKeyserver.Perf.Scaling;
using AtpKeyserver.Perf.Speed;
using AtpKeyserver.Perf.StorageClient;
using AtpKeyserver.Perf.Support.Rows;
using AtpKeyserver.Perf.Tokens;
using AtpKeyserver.Perf.Worker;

namespace AtpKeyserver.Perf;

/// <summary>The command line: one verb for each measurement.</summary>
internal static class Verbs
{
    public static RootCommand Create()
    {
        var root = new RootCommand(
            "Measures the keyserver on this machine: dotnet run -c Release --project perf -- VERB [options]")
        {
            SpeedVerb.Create(),
            KeysVerb.Create(),
            MembersVerb.Create(),
            FloodVerb.Create(),
            ListsVerb.Create(),
            AccessLogVerb.Create(),
            ErasureVerb.Create(),
            ExportVerb.Create(),
            RestoreVerb.Create(),
            ClientVerb.Create(),
            ContentVerb.Create(),
            TokensVerb.Create(),
            StorageVerb.Create(),
            WorkerVerb.Create(),
            ScalingVerb.Create(),
            SeedVerb.Create(),
            CheckVerb.Create(),
            BareKestrel.Create(),
        };
        var help = new Command("help", "List the verbs");
        help.SetAction(_ => root.Parse(["--help"]).Invoke());
        root.Subcommands.Add(help);
        root.SetAction(_ => root.Parse(["--help"]).Invoke());
        return root;
    }
}
