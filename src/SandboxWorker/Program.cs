using System.Buffers.Binary;
using System.Text.Json;
using DataSpace.Sandbox.Process;
using DataSpace.SandboxWorker;
using DuckDB.NET.Data;

// One request on stdin, one framed response on stdout, exit. This process runs inside the sandbox and is not trusted:
// the launcher caps, times and kills it, and checks what it says.
const int maxRequestBytes = 1 << 20;

WorkerRequest? request = null;
WorkerResponse response;
try
{
    request = ReadRequest();
    response = Operations.Run(request);
}
catch (WorkerException e)
{
    response = new WorkerResponse { FailureClass = e.FailureClass, Detail = e.Message };
}
catch (DuckDBException e)
{
    response = new WorkerResponse { FailureClass = EngineFailure.Classify(e, request), Detail = e.Message };
}
catch (OutOfMemoryException e)
{
    response = new WorkerResponse { FailureClass = WorkerFailure.Query, Detail = e.GetType().Name };
}
#pragma warning disable CA1031 // The process boundary: whatever it was becomes one class, the text goes to the owner's log.
catch (Exception e)
#pragma warning restore CA1031
{
    response = new WorkerResponse { FailureClass = WorkerFailure.Internal, Detail = e.GetType().Name + ": " + e.Message };
}

return Write(response, request?.MaxOutputBytes ?? 4096);

static WorkerRequest ReadRequest()
{
    using var input = Console.OpenStandardInput();
    using var buffer = new MemoryStream();
    var chunk = new byte[64 * 1024];
    int read;
    while ((read = input.Read(chunk)) > 0)
    {
        buffer.Write(chunk, 0, read);
        if (buffer.Length > maxRequestBytes)
            throw new WorkerException(WorkerFailure.Limit, "request too large");
    }

    return JsonSerializer.Deserialize(buffer.ToArray(), WorkerJson.Default.WorkerRequest)
        ?? throw new WorkerException(WorkerFailure.Internal, "empty request");
}

static int Write(WorkerResponse response, int maxOutputBytes)
{
    var (cpuMicros, peakBytes) = ProcessUsage.Read();
    var detail = response.Detail is { Length: > 2000 } text ? text[..2000] : response.Detail;
    response = response with { CpuMicros = cpuMicros, PeakResidentBytes = peakBytes, Detail = detail };
    var body = JsonSerializer.SerializeToUtf8Bytes(response, WorkerJson.Default.WorkerResponse);
    if (response.FailureClass is null && body.Length > maxOutputBytes)
    {
        response = new WorkerResponse { FailureClass = WorkerFailure.Limit, Detail = "output bytes", CpuMicros = cpuMicros, PeakResidentBytes = peakBytes };
        body = JsonSerializer.SerializeToUtf8Bytes(response, WorkerJson.Default.WorkerResponse);
    }

    Span<byte> header = stackalloc byte[WorkerFrame.HeaderBytes];
    BinaryPrimitives.WriteUInt32LittleEndian(header, WorkerFrame.Magic);
    BinaryPrimitives.WriteInt32LittleEndian(header[4..], body.Length);
    using var output = Console.OpenStandardOutput();
    output.Write(header);
    output.Write(body);
    output.Flush();
    return response.FailureClass is null ? 0 : 3;
}
